// The life of a provisioning set-up through Microsoft's own JavaScript client.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BatchRequestContent, BatchResponseContent, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { api, client, info, signIn } from "./tenant.js";
import { ask, note, write } from "./judge.js";

const NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const USER_ROLE = "18d14569-c3bd-439b-9a66-3a2aee01d14f";
const NEVER = "0001-01-01T00:00:00Z";

const setup = {}; // what later steps need of earlier ones

after(() => assert.ok(write(process.env.ANSWERS) > 55, "too few answers were noted"));

// refused wants an error, as the client reads it from the wire.
async function refused(request, status, code, message) {
  const error = await request.then(() => assert.fail("the request was answered"), (e) => e);
  assert.ok(error instanceof GraphError, String(error));
  assert.equal(error.statusCode, status, error.body);
  assert.equal(error.code, code);
  if (message instanceof RegExp) assert.match(error.message, message);
  else assert.equal(error.message, message);
  assert.match(error.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(error.headers.get("request-id"), error.requestId);
  const age = Date.now() - Date.parse(`${JSON.parse(error.body).innerError.date}Z`);
  assert.ok(age > -2000 && age < 60000, `the date is ${age} ms off`);
  assert.ok(!Number.isNaN(error.date.getTime()));
  return error;
}

test("MSAL signs in", async () => {
  const token = await signIn();
  assert.equal(token.tokenType, "Bearer");
  assert.equal(token.fromCache, false);
  assert.ok(token.expiresOn.getTime() > Date.now() + 3_000_000);
  const claims = JSON.parse(Buffer.from(token.accessToken.split(".")[1], "base64url"));
  assert.equal(claims.tid, info.tenantId);
  assert.equal(claims.appid, info.clientId);
  assert.ok(claims.roles.includes("Synchronization.ReadWrite.All"));
  assert.equal((await signIn()).fromCache, true);
});

test("the tenant", async () => {
  const { value } = await ask("Organization[]", api("/organization").get());
  assert.equal(value[0].id, info.tenantId);
  const skus = await ask("SubscribedSku[]", api("/subscribedSkus").get());
  const plans = skus.value.flatMap((s) => s.servicePlans.map((p) => p.servicePlanName));
  assert.ok(plans.includes("AAD_PREMIUM"));
  await refused(api("/me").get(), 400, "BadRequest", "/me request is only valid with delegated authentication flow.");
});

test("the gallery", async () => {
  const { value } = await ask("ApplicationTemplate[]", api("/applicationTemplates").filter("displayName eq 'Custom'").get());
  assert.equal(value.length, 1);
  assert.equal(value[0].id, NON_GALLERY);
  assert.deepEqual(value[0].supportedProvisioningTypes, ["sync"]);
  await ask("ApplicationTemplate", api(`/applicationTemplates/${NON_GALLERY}`).get());
  await refused(api("/applicationTemplates/00000000-0000-0000-0000-000000000001").get(), 404, "Request_ResourceNotFound", /does not exist/);
});

test("instantiate", async () => {
  const made = await ask("ApplicationServicePrincipal", api(`/applicationTemplates/${NON_GALLERY}/instantiate`).post({ displayName: "Graph JS" }));
  setup.app = made.application.id;
  setup.appId = made.application.appId;
  setup.sp = made.servicePrincipal.id;
  setup.at = `/servicePrincipals/${setup.sp}`;
  assert.equal(made.servicePrincipal.appRoleAssignmentRequired, true);
  assert.deepEqual(made.servicePrincipal.appRoles.map((r) => r.displayName), ["User", "msiam_access"]);
  assert.equal(made.servicePrincipal.appRoles[0].id, USER_ROLE);
  for (let i = 0; i < 5; i++) {
    assert.equal((await ask("Application", api(`/applications/${setup.app}`).get())).displayName, "Graph JS");
    assert.equal((await ask("ServicePrincipal", api(setup.at).get())).appId, setup.appId);
  }
  const found = await ask("ServicePrincipal[]", api("/servicePrincipals").filter(`appId eq '${setup.appId}'`).select("id,displayName").get());
  assert.deepEqual(found.value, [{ id: setup.sp, displayName: "Graph JS" }]);
  assert.equal((await api(`/servicePrincipals(appId='${setup.appId}')`).get()).id, setup.sp);
  await refused(api("/servicePrincipals/00000000-0000-0000-0000-000000000001").get(), 404, "Request_ResourceNotFound",
    "Resource '00000000-0000-0000-0000-000000000001' does not exist or one of its queried reference-property objects are not present.");
  await refused(api(`/applicationTemplates/${NON_GALLERY}/instantiate`).post({}), 400, "Request_BadRequest", /displayName/);
});

test("PATCH of both objects", async () => {
  assert.equal(await api(`/applications/${setup.app}`).patch({ displayName: "Graph JS 2", notes: "kept by a test" }), undefined);
  assert.equal(await api(setup.at).patch({ tags: ["WindowsAzureActiveDirectoryIntegratedApp", "HideApp"] }), undefined);
  const sp = await ask("ServicePrincipal", api(setup.at).get());
  assert.equal(sp.displayName, "Graph JS 2");
  assert.ok(sp.tags.includes("HideApp"));
});

test("templates and the job", async () => {
  const templates = await ask("SynchronizationTemplate[]", api(`${setup.at}/synchronization/templates`).get());
  assert.deepEqual(templates.value.map((t) => t.id), ["scim"]);
  assert.equal(templates.value[0].applicationId, NON_GALLERY);
  await ask("SynchronizationSchema", api(`${setup.at}/synchronization/templates/scim/schema`).get());
  assert.deepEqual((await ask("SynchronizationJob[]", api(`${setup.at}/synchronization/jobs`).get())).value, []);
  const job = await ask("SynchronizationJob", api(`${setup.at}/synchronization/jobs`).post({ templateId: "scim" }));
  assert.match(job.id, new RegExp(`^scim\\.${info.tenantId.replaceAll("-", "")}\\.[0-9a-f-]{36}$`));
  assert.equal(job.schedule.state, "Disabled");
  assert.equal(job.schedule.interval, "PT40M");
  assert.equal(job.status.code, "Paused");
  assert.equal(job.status.lastExecution, null);
  assert.equal(job.status.steadyStateFirstAchievedTime, NEVER);
  setup.job = `${setup.at}/synchronization/jobs/${job.id}`;
  assert.equal((await ask("SynchronizationJob", api(setup.job).get())).id, job.id);
  await refused(api(`${setup.at}/synchronization/jobs/nothing`).get(), 404, "JobNotFound", /nothing/);
  await refused(api(`${setup.at}/synchronization/jobs`).post({ templateId: "nothing" }), 400, "InvalidTemplate", /nothing/);
});

test("secrets", async () => {
  const at = `${setup.at}/synchronization/secrets`;
  const early = api(`${setup.job}/provisionOnDemand`).post({ parameters: [{ ruleId: "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8", subjects: [{ objectId: info.tenantId, objectTypeName: "User" }] }] });
  await refused(early, 400, "CredentialsMissing", /^Please configure provisioning/);
  await api(at).put({ value: [{ key: "BaseAddress", value: info.scimUrl }, { key: "SecretToken", value: info.scimToken }, { key: "SyncAll", value: "false" }] });
  const read = await ask("SynchronizationSecretKeyStringValuePair[]", api(at).get());
  const values = Object.fromEntries(read.value.map((s) => [s.key, s.value]));
  assert.deepEqual(values, { BaseAddress: info.scimUrl, SecretToken: "*", SyncAll: "false" });
  await ask("Synchronization", api(`${setup.at}/synchronization`).select("secrets").get());
  await refused(api(at).put({ value: [{ key: "baseAddress", value: "x" }] }), 500, "InternalError", "Requested value 'baseAddress' was not found.");
});

test("validateCredentials", async () => {
  assert.equal(await api(`${setup.job}/validateCredentials`).post({ useSavedCredentials: true }), undefined);
  const given = (token) => ({ templateId: "scim", useSavedCredentials: false, credentials: [{ key: "BaseAddress", value: info.scimUrl }, { key: "SecretToken", value: token }] });
  const all = `${setup.at}/synchronization/jobs/validateCredentials`;
  assert.equal(await api(all).post(given(info.scimToken)), undefined);
  const error = await refused(api(all).post(given("not-the-token-canary")), 400, "SystemForCrossDomainIdentityManagementInvalidCredentials", /./);
  assert.ok(!error.body.includes("canary"));
});

test("schema", async () => {
  const at = `${setup.job}/schema`;
  const schema = await ask("SynchronizationSchema", api(at).get());
  setup.rule = schema.synchronizationRules[0].id;
  await api(at).put(schema); // as it was read, with its annotations
  const again = await ask("SynchronizationSchema", api(at).get());
  assert.notEqual(again.version, schema.version);
  assert.deepEqual({ ...again, version: "" }, { ...schema, version: "" });

  const users = again.synchronizationRules[0].objectMappings.find((m) => m.sourceObjectName === "User");
  const source = { name: "Coalesce", expression: 'Coalesce([jobTitle], "Staff")', type: "Function" };
  source.parameters = (await parse(source.expression)).parsedExpression.parameters;
  users.attributeMappings.find((m) => m.targetAttributeName === "title").source = source;
  await api(at).put(again);
  const changed = await ask("SynchronizationSchema", api(at).get());
  const title = changed.synchronizationRules[0].objectMappings.find((m) => m.sourceObjectName === "User").attributeMappings.find((m) => m.targetAttributeName === "title");
  assert.equal(title.source.expression, source.expression);

  users.attributeMappings.push({ ...users.attributeMappings[0], targetAttributeName: "nowhere", matchingPriority: 0 });
  await refused(api(at).put(again), 400, "SchemaInvalid", /nowhere/);
  await refused(api(at).patch(again), 404, "UnknownError", /^\{"Message":"No HTTP resource was found that matches the request URI 'https:\/\/syncfabric/);
  const directories = await ask("DirectoryDefinition[]", api(`${at}/directories`).get());
  assert.equal(directories.value.length, 2);
  await ask("DirectoryDefinition", api(`${at}/directories/${directories.value[0].id}`).get());
});

const parse = (expression, testInputObject) =>
  ask("ParseExpressionResponse", api(`${setup.job}/schema/parseExpression`).post({ expression, testInputObject }));

test("schema helpers", async () => {
  const good = await parse('Join(" ", [givenName], [surname])', { properties: [{ key: "givenName", value: "Ada" }, { key: "surname", value: "Byron" }] });
  assert.equal(good.parsingSucceeded, true);
  assert.deepEqual(good.evaluationResult, ["Ada Byron"]);
  assert.equal(good.parsedExpression.name, "Join");
  const bad = await parse("Join(");
  assert.equal(bad.parsingSucceeded, false);
  assert.ok(bad.error.code && bad.error.message);
  const functions = await ask("AttributeMappingFunctionSchema[]", api(`${setup.job}/schema/functions`).get());
  assert.ok(functions.value.some((f) => f.id === "Switch" && f.name === "Switch" && f.parameters.at(-1).allowMultipleOccurrences));
  const operators = await ask("FilterOperatorSchema[]", api(`${setup.job}/schema/filterOperators`).get());
  assert.ok(operators.value.some((o) => o.id === "EQUALS" && o.arity === "Binary"));
});

test("people and groups", async () => {
  const alice = await ask("User", api("/users/alice@contoso.com").get());
  assert.equal(alice.accountEnabled, undefined); // not in the default set
  setup.alice = alice.id;
  const chosen = await ask("User[]", api("/users").filter("mail eq 'alice@contoso.com'").select(["id", "accountEnabled", "department"]).get());
  assert.deepEqual(Object.keys(chosen.value[0]).sort(), ["accountEnabled", "department", "id"]);
  assert.equal(chosen.value[0].id, setup.alice);
  const three = await ask("User[]", api("/users").top(3).orderby("displayName").get());
  assert.equal(three.value.length, 3);
  assert.ok(three["@odata.nextLink"].startsWith(`${info.url}/v1.0/users?`));

  const seen = new Set();
  let pages = 0;
  const first = await api("/users").select("id").top(60).get();
  const iterator = new PageIterator(client, first, (u) => seen.add(u.id) && ++pages && true);
  await iterator.iterate();
  assert.equal(seen.size, pages, "an object came twice");
  const count = await api("/users/$count").header("ConsistencyLevel", "eventual").get();
  assert.equal(seen.size, Number(count));
  assert.ok(seen.size > 250);

  const group = await ask("Group[]", api("/groups").filter("displayName eq 'IDmelon users'").get());
  setup.group = group.value[0].id;
  const members = await ask("DirectoryObject[]", api(`/groups/${setup.group}/members`).select("id").get());
  assert.ok(members.value.every((m) => m["@odata.type"].startsWith("#microsoft.graph.")));
  setup.members = members.value.filter((m) => m["@odata.type"] === "#microsoft.graph.user").map((m) => m.id);
  const both = await ask("User[]", api("/users").filter("userPrincipalName in ('alice@contoso.com','carl@contoso.com')").get());
  assert.equal(both.value.length, 2);
  const sought = await ask("User[]", api("/users").search('"displayName:alice"').header("ConsistencyLevel", "eventual").count(true).get());
  assert.equal(sought["@odata.count"], sought.value.length);
  await refused(api("/users").filter("endswith(mail,'contoso.com')").get(), 400, "Request_UnsupportedQuery", /endsWith/);
  await refused(api("/users").filter("nothing eq 'x'").get(), 400, "BadRequest", /nothing/);
  await refused(api("/users/nobody@contoso.com").get(), 404, "Request_ResourceNotFound", /nobody@contoso.com/);
});

test("assignments", async () => {
  const at = `${setup.at}/appRoleAssignedTo`;
  const wanted = (principalId, resourceId = setup.sp, appRoleId = USER_ROLE) => ({ principalId, resourceId, appRoleId });
  const made = await ask("AppRoleAssignment", api(at).post(wanted(setup.alice)));
  assert.match(made.id, /^[\w-]{43}$/);
  assert.equal(made.principalType, "User");
  assert.equal(made.resourceDisplayName, "Graph JS 2");
  assert.equal(made.deletedDateTime, null);
  assert.ok(!Number.isNaN(Date.parse(made.createdDateTime)));
  assert.equal((await ask("AppRoleAssignment", api(at).post(wanted(setup.group)))).principalType, "Group");
  const list = await ask("AppRoleAssignment[]", api(at).get());
  assert.deepEqual(list.value.map((a) => a.principalId).sort(), [setup.alice, setup.group].sort());
  assert.equal((await ask("AppRoleAssignment", api(`${at}/${made.id}`).get())).principalDisplayName, made.principalDisplayName);
  await ask("AppRoleAssignment[]", api(`/users/${setup.alice}/appRoleAssignments`).get());

  await refused(api(at).post(wanted(setup.alice)), 400, "Request_BadRequest", "Permission being assigned already exists on the object");
  await refused(api(at).post(wanted(setup.alice, setup.alice)), 400, "Request_BadRequest", "Not a valid reference update.");
  await refused(api(at).post(wanted(info.tenantId)), 400, "Request_BadRequest", "Not a valid reference update.");
  await refused(api(at).post(wanted("not-an-id")), 400, "Request_BadRequest", "One or more properties are invalid.");
  await refused(api(at).post(wanted(setup.alice, setup.sp, "00000000-0000-0000-0000-000000000000")), 400, "Request_BadRequest", "One or more properties are invalid.");
  await refused(api(`${at}/nothing`).delete(), 400, "Request_BadRequest", "EntitlementGrant being updated or deleted is not found.");
  const carl = await api("/users/carl@contoso.com").get();
  const other = await api(at).post(wanted(carl.id));
  assert.equal(await api(`${at}/${other.id}`).delete(), undefined);
  assert.equal((await api(at).get()).value.length, 2);
});

test("batch", async () => {
  const request = (path, init) => new Request(`${info.url}${path}`, init);
  const headers = { "Content-Type": "application/json" };
  const parallel = new BatchRequestContent([
    { id: "user", request: request(`/users/${setup.alice}`) },
    { id: "nobody", request: request("/users/nobody@contoso.com") },
    { id: "group", request: request(`/groups?$filter=${encodeURIComponent("displayName eq 'IDmelon users'")}&$select=id`) },
    { id: "patch", request: request(setup.at, { method: "PATCH", headers, body: JSON.stringify({ notes: "by batch" }) }) },
  ]);
  const answers = new BatchResponseContent(await api("/$batch").post(await parallel.getContent()));
  assert.equal(answers.getResponseById("user").status, 200);
  assert.equal((await answers.getResponseById("user").json()).id, setup.alice);
  assert.equal(answers.getResponseById("nobody").status, 404);
  assert.equal((await answers.getResponseById("nobody").json()).error.code, "Request_ResourceNotFound");
  assert.equal((await answers.getResponseById("group").json()).value[0].id, setup.group);
  assert.equal(answers.getResponseById("patch").status, 204);
  assert.equal((await api(setup.at).select("notes").get()).notes, "by batch");

  const serial = new BatchRequestContent([
    { id: "1", request: request("/users/nobody@contoso.com") },
    { id: "2", request: request(`/users/${setup.alice}`), dependsOn: ["1"] },
  ]);
  const blocked = new BatchResponseContent(await api("/$batch").post(await serial.getContent()));
  assert.equal(blocked.getResponseById("2").status, 424);

  const full = new BatchRequestContent();
  for (let i = 0; i < 20; i++) full.addRequest({ id: String(i), request: request(`/users/${setup.alice}?$select=id`) });
  const content = await full.getContent();
  assert.equal((await api("/$batch").post(content)).responses.length, 20);
  content.requests.push({ ...content.requests[0], id: "one too many" });
  await refused(api("/$batch").post(content), 400, "BadRequest", /20/);
});

const provision = async (type, id, members) => {
  const subject = { objectId: id, objectTypeName: type, ...(members && { links: { members: members.map((m) => ({ objectId: m, objectTypeName: "User" })) } }) };
  const answer = await ask("StringKeyStringValuePair", api(`${setup.job}/provisionOnDemand`).post({ parameters: [{ ruleId: setup.rule, subjects: [subject] }] }));
  return { key: JSON.parse(answer.key), value: JSON.parse(answer.value) };
};

test("provision on demand", async () => {
  const user = await provision("User", setup.alice);
  assert.equal(user.key.result, "Success", JSON.stringify(user));
  assert.equal(user.value.action, "Create");
  const steps = user.value.provisioningSteps.map((s) => s.type);
  assert.deepEqual([steps[0], steps.at(-1)], ["Import", "Export"]);
  assert.ok(steps.includes("Scoping") && steps.includes("Matching"));
  assert.equal((await provision("User", setup.alice)).key.details.errorCode, "RedundantExport");
  const group = await provision("Group", setup.group, setup.members.slice(0, 1));
  assert.equal(group.key.result, "Success", JSON.stringify(group));
  assert.equal(group.value.targetIdentity.type, "urn:ietf:params:scim:schemas:core:2.0:Group");
  const target = await fetch(`${info.scimUrl}/Users?filter=${encodeURIComponent('userName eq "alice@contoso.com"')}`, { headers: { Authorization: `Bearer ${info.scimToken}` } });
  assert.equal((await target.json()).totalResults, 1);
  const body = { parameters: [{ ruleId: "nothing", subjects: [{ objectId: setup.alice, objectTypeName: "User" }] }] };
  await refused(api(`${setup.job}/provisionOnDemand`).post(body), 400, "RequestParameterInvalid", /However, the job does not include the rule\.$/);
});

test("the job runs, stops and starts over", async () => {
  const state = async () => {
    const job = await ask("SynchronizationJob", api(setup.job).get());
    return [job.schedule.state, job.status.code];
  };
  assert.equal(await api(`${setup.job}/start`).post(), undefined);
  assert.equal((await state())[0], "Active");
  const started = await api(setup.job).get();
  if (started.status.code === "NotRun") assert.equal(started.status.lastExecution.error.code, "None");
  await api(`${setup.job}/pause`).post();
  assert.deepEqual(await state(), ["Disabled", "Paused"]);
  await api(`${setup.job}/restart`).post({ criteria: { resetScope: "Watermark, Escrows, QuarantineState" } });
  await api(`${setup.job}/microsoft.graph.start`).post();
  assert.equal((await state())[0], "Active");
});

test("the provisioning log", async () => {
  const log = await ask("ProvisioningObjectSummary[]", api("/auditLogs/provisioning").filter(`jobId eq '${setup.job.split("/").at(-1)}'`).orderby("activityDateTime desc").get());
  assert.ok(log.value.length >= 3);
  const created = log.value.find((e) => e.provisioningAction === "create" && e.sourceIdentity.id === setup.alice);
  assert.equal(created.servicePrincipal.id, setup.sp);
  assert.equal(created.provisioningStatusInfo.status, "success");
  assert.equal(created.targetSystem.displayName, "customappsso");
  const page = await ask("ProvisioningObjectSummary[]", api("/auditLogs/provisioning").top(1).get());
  assert.equal(page.value.length, 1);
  let entries = 0;
  await new PageIterator(client, page, () => ++entries > 0).iterate();
  assert.ok(entries >= log.value.length);
});

test("the end", async () => {
  await api(`${setup.at}/synchronization/secrets`).put({ value: ["BaseAddress", "SecretToken", "SyncAll"].map((key) => ({ key, value: "" })) });
  assert.deepEqual((await api(`${setup.at}/synchronization/secrets`).get()).value, []);
  assert.equal(await api(setup.job).delete(), undefined);
  await refused(api(setup.job).get(), 404, "JobNotFound", /./);
  assert.equal(await api(`/applications/${setup.app}`).delete(), undefined);
  await refused(api(`/applications/${setup.app}`).get(), 404, "Request_ResourceNotFound", /does not exist/);
  await refused(api(setup.at).get(), 404, "Request_ResourceNotFound", /does not exist/);
  await refused(api(`${setup.at}/synchronization/jobs`).get(), 404, "Request_ResourceNotFound", /does not exist/);
  const bin = await ask("Application[]", api("/directory/deletedItems/microsoft.graph.application").get());
  const item = bin.value.find((a) => a.id === setup.app);
  assert.ok(Date.parse(item.deletedDateTime) > Date.now() - 60_000);
  note("Application", await api(`/directory/deletedItems/${setup.app}/restore`).post({}));
  assert.equal((await ask("ServicePrincipal", api(setup.at).get())).id, setup.sp);
  await api(`/applications/${setup.app}`).delete();
  assert.equal(await api(`/directory/deletedItems/${setup.app}`).delete(), undefined);
  await refused(api(`/directory/deletedItems/${setup.app}`).get(), 404, "Request_ResourceNotFound", /does not exist/);
});
