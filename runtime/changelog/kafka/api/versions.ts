import { type ApiRequest, apiRequest, items } from "./request.js";

/** What a broker speaks of one request. */
export interface ApiVersion {
  readonly key: number;
  readonly min: number;
  readonly max: number;
}

export interface ApiVersionsAnswer {
  readonly code: number;
  readonly versions: readonly ApiVersion[];
}

/** ApiVersions, in the version that every broker answers. */
export function apiVersions(): ApiRequest<ApiVersionsAnswer> {
  return apiRequest({
    key: 18,
    name: "ApiVersions",
    version: 0,
    write: () => undefined,
    read: (source) => ({
      code: source.i16(),
      versions: items(source, 6, () => ({ key: source.i16(), min: source.i16(), max: source.i16() })),
    }),
  });
}
