// The watch's map: an offline coastline, names of ports, and the vessels asked for three times a second.

import { Map as Chart, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "../vendor/maplibre-gl.mjs";
import { Layers } from "./layers.js";
import { Vessels } from "./vessels.js";
import { decode } from "./wire.js";

setWorkerUrl(new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href);

const holder = document.getElementById("map");
const note = document.getElementById("map-note");
const vessels = new Vessels();
// What tests look at; numbers only.
window.haemaru = { vessels: 0, frame: 0, frames: 0, ready: false };

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// One colour per class of haemaru.surveillance, in the order of its numbers.
const GROUPS = ["unknown", "cargo", "tanker", "passenger", "fishing", "tug", "tug", "fishing", "official", "official", "official", "unknown"];

function paint() {
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  GROUPS.forEach((group, i) => vessels.colours.set(rgb(token(`--v-${group}`)), i * 3));
  vessels.partner = rgb(token("--partner"));
}

function style() {
  const land = (id, data) => [
    { id: `${id}-land`, type: "fill", source: id, filter: ["==", ["get", "kind"], "land"], paint: { "fill-color": token("--land") } },
    { id: `${id}-shore`, type: "line", source: id, filter: ["==", ["get", "kind"], "shore"], paint: { "line-color": token("--shore"), "line-width": 0.8 } },
  ];
  const coast = (name) => ({ type: "geojson", data: `/static/basemap/${name}.json`, tolerance: 0.2, attribution: holder.dataset.attribution });
  return {
    version: 8,
    sources: { world: coast("world"), waters: coast("waters"), places: { type: "geojson", data: `/places.json?lang=${holder.dataset.lang}` } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": token("--sea") } },
      ...land("world"), ...land("waters"),
      { id: "place-dots", type: "circle", source: "places", minzoom: 5, paint: { "circle-radius": 2.5, "circle-color": token("--label"), "circle-opacity": 0.7 } },
      {
        id: "place-names", type: "symbol", source: "places", minzoom: 5,
        layout: {
          "text-field": ["get", "name"], "text-font": ["Noto Sans CJK KR", "Malgun Gothic", "sans-serif"], "text-size": 12,
          "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.5,
          "symbol-sort-key": ["get", "rank"],
        },
        paint: { "text-color": token("--label"), "text-halo-color": token("--halo"), "text-halo-width": 1.4 },
      },
    ],
  };
}

let chosen = null;
const ring = document.createElement("div");
ring.className = "chosen-ship";
const marker = new Marker({ element: ring });

function mark() {
  const where = chosen === null ? null : vessels.whereIs(chosen);
  if (where) marker.setLngLat(where).addTo(chart);
  else marker.remove();
}

function show(mmsi) {
  chosen = mmsi;
  mark();
  if (window.htmx) window.htmx.ajax("GET", `/vessels/${mmsi}`, { target: "#card", swap: "innerHTML" });
  else location.href = `/vessels/${mmsi}`;
}

let last = null, whole = 0;
async function ask() {
  try {
    // A whole picture once a minute puts right whatever went astray.
    const since = last !== null && Date.now() - whole < 60_000 ? `?since=${last}` : "";
    const answer = await fetch(`/picture.bin${since}`, { cache: "no-store" });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const frame = decode(await answer.arrayBuffer());
    if (frame.whole) whole = Date.now();
    if (frame.count || frame.whole) vessels.take(frame);
    last = frame.frame;
    Object.assign(window.haemaru, { vessels: vessels.count, frame: last, frames: window.haemaru.frames + 1 });
    note.textContent = "";
    mark();
    chart.triggerRepaint();
  } catch (error) {
    note.textContent = holder.dataset.lost;
    last = null;
  }
  setTimeout(ask, document.hidden ? 5000 : 300);
}

paint();
const chart = new Chart({
  container: holder, style: style(), bounds: [[123.2, 32.4], [131.8, 39.0]], maxZoom: 14, minZoom: 2,
  dragRotate: false, pitchWithRotate: false, attributionControl: { compact: false }, fadeDuration: 0,
  localIdeographFontFamily: '"Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", sans-serif',
  locale: { "Map.Title": holder.dataset.map, "NavigationControl.ZoomIn": holder.dataset.zoomIn, "NavigationControl.ZoomOut": holder.dataset.zoomOut },
});
chart.touchZoomRotate.disableRotation();
chart.addControl(new NavigationControl({ showCompass: false }), "top-right");
chart.addControl(new ScaleControl({ unit: "nautical" }), "top-right");
const layers = new Layers(chart, token, holder.dataset.lang);
chart.on("load", () => {
  layers.restore();
  chart.addLayer(vessels);
  window.haemaru.ready = true;
  ask();
});
chart.on("click", (event) => {
  const page = layers.pageAt(event.point);
  if (page) { location.href = page; return; }
  const reach = 12 / (512 * 2 ** chart.getZoom());
  const mmsi = vessels.nearest(event.lngLat.lng, event.lngLat.lat, reach);
  if (mmsi !== null) show(mmsi);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-fly]");
  if (!link) return;
  chosen = Number(link.dataset.mmsi);
  mark();
  chart.easeTo({ center: vessels.whereIs(chosen) ?? link.dataset.fly.split(",").map(Number), zoom: Math.max(chart.getZoom(), 8), duration: 0 });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { paint(); chart.setStyle(style()); chart.once("styledata", () => { layers.restore(); chart.addLayer(vessels); }); });
