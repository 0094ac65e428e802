"""Files in: workbooks, csv and rule files become checked, typed tables and shapes that keep their addresses."""
