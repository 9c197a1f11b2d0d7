// The emulated tenant as Microsoft's libraries see it: MSAL signs in, the Graph client asks.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { Client } from "@microsoft/microsoft-graph-client";

// The one line of JSON that `scimctl emulator` prints. The CA comes by NODE_EXTRA_CA_CERTS.
export const info = JSON.parse(process.env.TENANT);

const msal = new ConfidentialClientApplication({
  auth: {
    clientId: info.clientId,
    clientSecret: info.clientSecret,
    authority: `${info.authority}/${info.tenantId}`,
    knownAuthorities: [new URL(info.authority).host],
  },
});

// signIn returns MSAL's answer to the client credentials grant.
export function signIn() {
  return msal.acquireTokenByClientCredential({ scopes: [`${info.url}/.default`] });
}

// The client retries 429 and 503 by itself; it sends tokens to known hosts only.
export const client = Client.initWithMiddleware({
  baseUrl: info.url,
  defaultVersion: "v1.0",
  customHosts: new Set([new URL(info.url).hostname]),
  authProvider: { getAccessToken: async () => (await signIn()).accessToken },
});

export const api = (path) => client.api(path);
