"""The suggested handling tried on departments of known handling 处理建议模拟: ``python -m data.simulations.handling``."""
