"""Drafts 文稿: the blocks of an executed notebook as a Word document and as one HTML file."""
