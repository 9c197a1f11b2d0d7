// What an answer on the wire has beside the published types, and nothing else.
import type * as graph from "@microsoft/microsoft-graph-types";

export type Answer<T> = T extends readonly (infer E)[]
  ? Answer<E>[]
  : T extends object
    ? keyof T extends never
      ? Record<string, unknown> // an open type, such as the details of a step
      : { [K in keyof T]: K extends keyof Wider ? Wider[K] : Answer<T[K]> } & Annotations & Extra<T>
    : T;

export type Collection<T> = Annotations & { value: Answer<T>[]; "@odata.context": string; "@odata.nextLink"?: string; "@odata.count"?: number };

// Annotations of OData may stand in every object.
type Annotations = { [name: `@odata.${string}` | `${string}@odata.${string}`]: unknown };

// Members whose values are wider than the published ones: flags, which are joined by commas, and the
// metadata of a template, whose keys have another letter case or are in no enumeration at all.
type Wider = { flowTypes: string; discoverabilities: string; reason: string; metadata: { key: string; value: string }[] };

// Members that the documentation or newer metadata shows, and the published types lack.
type Extra<T> =
  Same<T, graph.AttributeMappingFunctionSchema> extends true ? { name: string }
  : Same<T, graph.FilterOperatorSchema> extends true ? { name: string }
  : Same<T, graph.ApplicationTemplate> extends true ? { deprecationDate: null; endpoints: string[]; isEntraIntegrated: boolean; lastModifiedDateTime: null }
  : Same<T, graph.ServicePrincipal> extends true ? { createdDateTime?: string }
  : Same<T, graph.Group> extends true ? { creationOptions: string[]; resourceBehaviorOptions: string[]; resourceProvisioningOptions: string[] }
  : unknown;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
