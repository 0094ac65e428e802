"""Curated reference records on synthetic tables and tables typed from papers: any clone checks itself."""
