package profile

// everyField is a profile with every key of the format.
const everyField = `# yaml-language-server: $schema=./profile.schema.json
version: 1
profile: example
provider: entra
description: Every field once
tenant: contoso.onmicrosoft.com

variables:
  url:  {description: Tenant URL given by the vendor, required: true, sandbox: "https://scim.example/v2"}
  pro:  {description: Group whose members get a licence, group: Pro users}
  boss: {user: boss@contoso.com}
  mail: {description: Who hears of failures}
  key:  {description: What identifies a person, oneOf: [objectId, employeeId], default: objectId}

app:
  name: Example
  template: non-gallery
  job: scim.1
  synchronizationTemplate: scim
  roles: [{name: Editor, value: editor, description: May edit, members: [User, Application]}]

endpoint:
  url: "${var.url}"
  token: {env: EXAMPLE_SCIM_TOKEN, hint: App Integrations > SCIM > New token}
  compliance: aadOptscim062020

settings:
  scope: assigned
  notify: "${var.mail}"
  deletionThreshold: 500
  skipOutOfScopeDeletions: false
  state: started

users:
  enabled: true
  base: template
  actions: [create, update, delete]
  attributes:
    target:
      - name: "urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge"
        type: String
        multiValued: false
        caseExact: true
        required: false
        mutability: ReadWrite
        references: [User]
    source: [{name: immutableId, type: String}]
    remove: [nickName]
  filters:
    - {name: staff, all: [{attribute: department, operator: EQUALS, value: Sales}, {attribute: country, operator: IS NOT NULL}]}
    - {name: others, all: [{attribute: city, operator: '!&', values: [A, B]}]}
  mappings:
    - {target: externalId, source: "${var.key}", match: 1}
    - {target: active,     expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'}
    - {target: userType,   constant: Member}
    - {target: title,      source: jobTitle, default: Staff, apply: create}
    - {target: nickName,   default: Nick, apply: always}
  remove: ['phoneNumbers[type eq "fax"].value']

groups:
  enabled: true
  base: none
  mappings: [{target: displayName, source: displayName, match: 1}, {target: members, source: members}]

assign:
  to: [{group: "${var.pro}"}, {user: "${var.boss}", role: Editor}, {user: alice@contoso.com, role: User}]
  exclusive: true

environments:
  test:       {tenant: contoso-test.onmicrosoft.com, app: {name: Example (test)}}
  oauth:
    endpoint: {oauth2: {tokenUrl: "https://login.example/token", clientId: c, clientSecret: {file: secret.txt}}}
  production:

tests:
  - name: a leaver is switched off
    user: {objectId: 6f9619ff-8b86-4011-b42d-00cf4fc964ff, accountEnabled: false, userPrincipalName: ann@contoso.com, employeeId: 7, mail: null, otherMails: [a@b.c, d@e.f]}
    when: {assigned: true, linked: true, deleted: soft, scope: all}
    expect: {action: disable, active: "False", title: null, attributes: {userType: Member}, request: testdata/leaver.http}
  - name: a group is skipped
    group: {objectId: "${var.pro}", displayName: Sales}
    expect: {skip: notEffectivelyEntitled}
`
