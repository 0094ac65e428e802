"""The showing wing 展示: results and records become tables, figures, sentences and drafts."""
