"""Statutory evaluation methods 评价方法: bare arrays in, Results out; no files, no rules, no Chinese beyond labels."""
