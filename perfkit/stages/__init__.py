"""One file or folder per act of the evaluation cycle 绩效管理环节: where rules meet mathematics."""
