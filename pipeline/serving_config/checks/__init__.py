"""What has to hold between rendered files, and no schema knows of.

Each check takes the documents of what was rendered, parsed, and yields complaints: file, field, bad
value, and what is valid.
"""
