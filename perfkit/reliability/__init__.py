"""Reliability 信度与一致程度: the statistics of raters and re-evaluation; bare arrays in, Results out."""
