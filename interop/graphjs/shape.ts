// What an answer on the wire has beside the published types, and nothing else.
import type * as graph from "@microsoft/microsoft-graph-types";

// Annotations of OData may stand in every object.
type Annotations = { [name: `@odata.${string}` | `${string}@odata.${string}`]: unknown };

// Members whose values are wider than the published enumerations.
type Wider = {
  flowTypes: string; // flags, joined by commas
  discoverabilities: string; // flags
  reason: string; // flags of a quarantine
};

export type Answer<T> = T extends readonly (infer E)[]
  ? Answer<E>[]
  : T extends object
    ? { [K in keyof T]: K extends keyof Wider ? Wider[K] : Answer<T[K]> } & Annotations & Extra<T>
    : T;

// Members that the documentation shows and the metadata lacks.
type Extra<T> = T extends graph.AttributeMappingFunctionSchema
  ? { name: string }
  : unknown;

export type Collection<T> = { value: T[]; "@odata.context": string; "@odata.nextLink"?: string; "@odata.count"?: number };
