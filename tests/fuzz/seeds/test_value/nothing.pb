o
n