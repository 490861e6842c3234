"""`python -m tests.languages CODE`: bring app/languages/CODE.po up to date with what the code says, or begin one."""
