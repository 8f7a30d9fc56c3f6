# SPDX-License-Identifier: ISC
# gnuplot -e "data='FILE'; out='FILE'" plot.gnuplot
set terminal svg size 900,640 font "sans-serif,12" background "white"
set output out
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set grid ytics linecolor "#dddddd"
set border 3 linecolor "#888888"
set xtics nomirror rotate by -25 scale 0 textcolor "black"
set ytics nomirror textcolor "black"
set yrange [0:*]
set key top right
set multiplot layout 2,1
set title "requests answered per second, poems of 15 bytes"
plot data using 2:xtic(1) title "1 client" linecolor "#9ecae1", \
     "" using 3 title "16 clients" linecolor "#4292c6", \
     "" using 4 title "64 clients" linecolor "#084594"
set title "poems of 64 KiB"
unset key
plot data using 5:xtic(1) linecolor "#9ecae1", \
     "" using 6 linecolor "#4292c6", \
     "" using 7 linecolor "#084594"
unset multiplot
