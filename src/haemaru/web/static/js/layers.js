// The layers that a person turns on and off: what detection found, and the cells that nobody covers. The list under
// "The sea" is the equal of both; a layer is asked for when it is first shown, and findings again every half minute.

const AGAIN_MS = 30_000;
const FONT = ["Noto Sans CJK KR", "Malgun Gothic", "sans-serif"];

export class Layers {
  constructor(chart, token, lang) {
    this.chart = chart;
    this.token = token;
    this.address = { findings: `/sea/findings.json?lang=${lang}`, blind: "/sea/coverage.json" };
    this.boxes = [...document.querySelectorAll("[data-layer]")];
    for (const box of this.boxes) box.addEventListener("change", () => this.show(box));
    // What tests look at; numbers only.
    chart.on("idle", () => {
      for (const { dataset: { layer } } of this.boxes) window.haemaru[layer] = this.shown(layer);
    });
    setInterval(() => this.chart.getSource("findings")?.setData(this.address.findings), AGAIN_MS);
  }

  /** Puts the chosen layers on a style that was just loaded. */
  restore() {
    for (const box of this.boxes) if (box.checked) this.show(box);
  }

  show(box) {
    const name = box.dataset.layer;
    if (!this.chart.getSource(name)) {
      if (!box.checked) return;
      this.chart.addSource(name, { type: "geojson", data: this.address[name] });
      for (const layer of this.drawn(name)) this.chart.addLayer(layer, name === "blind" ? "world-land" : undefined);
    }
    for (const layer of this.drawn(name)) this.chart.setLayoutProperty(layer.id, "visibility", box.checked ? "visible" : "none");
  }

  /** How many features of a layer are on the screen. */
  shown(name) {
    const ids = this.drawn(name).map((layer) => layer.id).filter((id) => this.chart.getLayer(id));
    return ids.length ? this.chart.queryRenderedFeatures({ layers: ids.slice(0, 1) }).length : 0;
  }

  drawn(name) {
    const { token } = this;
    if (name === "blind") {
      return [
        { id: "blind-fill", type: "fill", source: name, paint: { "fill-color": token("--bad"), "fill-opacity": ["*", 0.3, ["/", ["get", "hours"], ["get", "of"]]] } },
        { id: "blind-edge", type: "line", source: name, paint: { "line-color": token("--bad"), "line-opacity": 0.35, "line-dasharray": [2, 2] } },
      ];
    }
    const withdrawn = ["==", ["get", "state"], "withdrawn"];
    return [
      { id: "findings-spots", type: "circle", source: name, paint: { "circle-radius": 10, "circle-color": token("--panel"), "circle-opacity": 0.85, "circle-stroke-width": 2, "circle-stroke-color": ["case", withdrawn, token("--faint"), token("--bad")] } },
      { id: "findings-signs", type: "symbol", source: name, layout: { "text-field": ["get", "sign"], "text-font": FONT, "text-size": 14, "text-allow-overlap": true }, paint: { "text-color": ["case", withdrawn, token("--faint"), token("--bad")] } },
    ];
  }

  /** The page of the finding at a point of the screen, or null. */
  pageAt(point) {
    if (!this.chart.getLayer("findings-spots")) return null;
    return this.chart.queryRenderedFeatures(point, { layers: ["findings-spots"] })[0]?.properties.page ?? null;
  }
}
