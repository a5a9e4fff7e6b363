"""The edXML package of QCVN 102:2016/BTTTT: what a message says (`package`), how it is read
(`read`) and how it is written (`write`)."""
