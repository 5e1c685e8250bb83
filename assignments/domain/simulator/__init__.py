"""Couples made up by rules that are written down, to see how often the sign rules are right and wrong about them.

``worlds`` what is assumed · ``couples`` the couples · ``watching`` the rules' answers week by week · ``figures`` how
often they were right · ``rivals`` simpler detectors on the same couples. Simulation is not clinical accuracy.
"""
