// Draws the figures that pages carry as data, in the colours of light or dark.
"use strict";
(() => {
  const colors = () => {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const traceOf = (trace, color) => {
    const { color: role = "accent", width, dash, symbol, size, hover, legend, ...rest } = trace;
    const shade = color(role);
    const out = { ...rest };
    if (hover === "skip") out.hoverinfo = "skip";
    if (legend === false) out.showlegend = false;
    if (trace.hovertext) out.hoverinfo = "text+x+y";
    if (trace.type === "scatter") {
      out.line = { color: shade, width: width ?? 2, dash };
      out.marker = { color: shade, symbol, size: size ?? 7, line: { color: shade, width: 1.5 } };
      if (trace.fill) out.fillcolor = shade;
    } else if (trace.type === "bar") {
      out.marker = { color: shade };
    } else if (trace.type === "waterfall") {
      Object.assign(out, {
        increasing: { marker: { color: color("good") } }, decreasing: { marker: { color: color("bad") } },
        totals: { marker: { color: color("accent") } }, connector: { line: { color: color("line"), width: 1 } },
        textposition: "outside", cliponaxis: false,
      });
    }
    return out;
  };
  const draw = (figure) => {
    const content = JSON.parse(figure.querySelector("script").textContent);
    const plot = figure.querySelector(".plot");
    const color = colors();
    const axis = { gridcolor: color("line"), zerolinecolor: color("soft"), automargin: true, tickfont: { size: 12 } };
    const titled = (own) => ({ ...axis, ...own, ...(own?.title ? { title: { text: own.title, font: { size: 12 } } } : {}) });
    const { xaxis, yaxis, ...layout } = content.layout;
    // the library comes with English names of months alone
    if (xaxis?.type === "date" && document.documentElement.lang !== "en") xaxis.tickformat = "%Y-%m-%d";
    plot.querySelector(".waiting")?.remove();
    Plotly.react(plot, content.data.map((trace) => traceOf(trace, color)), {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: color("ink"), family: "inherit", size: 13 },
      margin: { l: 48, r: 16, t: 16, b: 40 }, legend: { orientation: "h", y: -0.2 }, hovermode: "closest",
      transition: { duration: still ? 0 : 150 }, ...layout, xaxis: titled(xaxis), yaxis: titled(yaxis),
    }, { responsive: true, displayModeBar: false, locale: "en" });
  };
  const drawAll = () => document.querySelectorAll("figure.chart").forEach(draw);
  drawAll();
  window.addEventListener("assay-theme", drawAll);
})();
