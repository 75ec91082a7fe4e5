// The vessels on the map: one WebGL2 draw call of points, fed from typed arrays that only the changed rows touch.
// A point is cheaper than anything instanced where there is no graphics card.

import { MISSING } from "./wire.js";

const ORIGIN = mercator(127.5e6, 36e6); // positions are kept relative to here, so that 32-bit floats stay exact
const FLOATS = 6; // x, y, course (radians, -1 unknown), kind, source, time of the fix (s since `born`)

export function mercator(lonMicro, latMicro) {
  const lat = (latMicro / 1e6) * Math.PI / 180;
  return [(lonMicro / 1e6 + 180) / 360, (1 - Math.log(Math.tan(Math.PI / 4 + lat / 2)) / Math.PI) / 2];
}

const VERTEX = `#version 300 es
uniform mat4 at; uniform float size; uniform float now; uniform vec3 colours[12]; uniform vec3 partner;
in vec2 place; in vec4 facts;
out vec3 fill; out vec3 edge; out float course; out float fresh; flat out float moving; flat out float pixels;
void main() {
  gl_Position = at * vec4(place, 0.0, 1.0);
  gl_PointSize = size;
  fill = colours[int(facts.y)];
  edge = facts.z > 0.5 ? partner : fill * 0.45;
  pixels = size; course = facts.x; moving = facts.x < 0.0 ? 0.0 : 1.0;
  fresh = now - facts.w > 600.0 ? 0.28 : 1.0;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec3 fill; in vec3 edge; in float course; in float fresh; flat in float moving; flat in float pixels; out vec4 colour;
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float c = cos(course), s = sin(course);
  vec2 q = vec2(c * p.x + s * p.y, -s * p.x + c * p.y);
  // A pointed hull where the course is known, a disc where it is not.
  float hull = max(abs(q.x) * 1.9 + max(-q.y, 0.0) * 0.75, abs(q.y)) - 0.88;
  float away = moving > 0.5 ? hull : length(p) - 0.55;
  float inside = clamp(0.5 - away * pixels * 0.5, 0.0, 1.0);
  if (inside == 0.0) discard;
  colour = vec4(mix(fill, edge, smoothstep(-0.3, -0.16, away)), 1.0) * fresh * inside;
}`;

export class Vessels {
  constructor() {
    this.id = "vessels";
    this.type = "custom";
    this.renderingMode = "2d";
    this.born = null; // the node's time of the first frame, s: times are kept relative to it
    this.last = 0;
    this.heard = 0;
    this.slots = new Map();
    this.mmsi = new Uint32Array(4096);
    this.rows = new Float32Array(4096 * FLOATS);
    this.colours = new Float32Array(36);
    this.partner = [0.4, 0.2, 0.6];
    this.stale = true;
  }

  get count() { return this.slots.size; }

  /** Takes a decoded frame in. */
  take(frame) {
    if (frame.whole) this.slots.clear();
    this.born ??= frame.time / 1000;
    this.last = frame.time / 1000 - this.born;
    this.heard = performance.now();
    for (let i = 0; i < frame.count; i++) {
      let slot = this.slots.get(frame.mmsi[i]);
      if (slot === undefined) {
        slot = this.slots.size;
        if (slot * FLOATS >= this.rows.length) this.grow();
        this.slots.set(frame.mmsi[i], slot);
        this.mmsi[slot] = frame.mmsi[i];
      }
      const [x, y] = mercator(frame.lon[i], frame.lat[i]);
      const still = frame.cog[i] === MISSING || (frame.sog[i] !== MISSING && frame.sog[i] < 5);
      this.rows.set([
        x - ORIGIN[0], y - ORIGIN[1], still ? -1 : (frame.cog[i] / 1800) * Math.PI,
        Math.min(frame.kind[i], 11), frame.source[i], frame.time / 1000 - frame.age[i] - this.born,
      ], slot * FLOATS);
    }
    this.stale = true;
  }

  grow() {
    const mmsi = new Uint32Array(this.mmsi.length * 2), rows = new Float32Array(this.rows.length * 2);
    mmsi.set(this.mmsi);
    rows.set(this.rows);
    this.mmsi = mmsi;
    this.rows = rows;
  }

  /** The vessel nearest to a place, not farther than `reach` (in mercator units); null where there is none. */
  nearest(lon, lat, reach) {
    const [x, y] = mercator(lon * 1e6, lat * 1e6);
    let best = null, least = reach * reach;
    for (let i = 0; i < this.slots.size; i++) {
      const dx = this.rows[i * FLOATS] + ORIGIN[0] - x, dy = this.rows[i * FLOATS + 1] + ORIGIN[1] - y;
      const away = dx * dx + dy * dy;
      if (away < least) { least = away; best = this.mmsi[i]; }
    }
    return best;
  }

  /** Where a vessel is, in degrees; null where it is not in the picture. */
  whereIs(mmsi) {
    const slot = this.slots.get(mmsi);
    if (slot === undefined) return null;
    const x = this.rows[slot * FLOATS] + ORIGIN[0], y = this.rows[slot * FLOATS + 1] + ORIGIN[1];
    return [x * 360 - 180, (Math.atan(Math.exp(Math.PI * (1 - 2 * y))) * 360) / Math.PI - 90];
  }

  onAdd(map, gl) {
    this.map = map;
    const shader = (kind, source) => {
      const made = gl.createShader(kind);
      gl.shaderSource(made, source);
      gl.compileShader(made);
      if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(made));
      return made;
    };
    const program = gl.createProgram();
    gl.attachShader(program, shader(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, shader(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    this.program = program;
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const [name, size, offset] of [["place", 2, 0], ["facts", 4, 8]]) {
      const where = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(where);
      gl.vertexAttribPointer(where, size, gl.FLOAT, false, FLOATS * 4, offset);
    }
    gl.bindVertexArray(null);
    this.where = {};
    for (const name of ["at", "size", "now", "colours", "partner"]) this.where[name] = gl.getUniformLocation(program, name);
    this.stale = true;
  }

  render(gl, input) {
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    if (this.stale) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, this.rows.subarray(0, this.slots.size * FLOATS), gl.DYNAMIC_DRAW);
      this.stale = false;
    }
    // The shift to the origin is made in 64-bit floats, here and not in the shader.
    const m = Float64Array.from(input.defaultProjectionData.mainMatrix);
    for (let i = 0; i < 4; i++) m[12 + i] += m[i] * ORIGIN[0] + m[4 + i] * ORIGIN[1];
    gl.uniformMatrix4fv(this.where.at, false, Float32Array.from(m));
    gl.uniform1f(this.where.size, Math.min(20, 2.5 + this.map.getZoom() * 1.25) * devicePixelRatio);
    gl.uniform1f(this.where.now, this.last + (performance.now() - this.heard) / 1000 || 0);
    gl.uniform3fv(this.where.colours, this.colours);
    gl.uniform3fv(this.where.partner, this.partner);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.slots.size);
    gl.bindVertexArray(null);
  }
}
