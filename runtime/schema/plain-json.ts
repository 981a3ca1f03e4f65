/** Plain JSON, as the manual describes it under that name: what HTTP and clients speak by default. */
import { type JsonStyle, JsonWriters } from "./json-writer.js";
import { plainScalar } from "./plain-scalar.js";

export const plainStyle: JsonStyle = { scalar: plainScalar, tagsAll: false };

export const plainJsonWriters: JsonWriters = /*@__PURE__*/ new JsonWriters(plainStyle);
