"""The pages of a release that a browser opens as they lie on the disk: what the checks said, what each column means.

What belongs here: pages and plots made from the tables alone, the same bytes each time, without a script and without
anything from another host. What does not: the tables' own forms (`publish`) and who serves the pages (`assets.pages`).
"""
