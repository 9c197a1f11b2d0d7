package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/secret"
)

// endpoint reads the SCIM server and the sign-in to it.
func (r *resolver) endpoint(n *node) *Endpoint {
	if n == nil || n.kind != mapNode {
		return nil
	}
	r.needed(n, "url", "Write the tenant URL that the vendor gives.")
	out := &Endpoint{Where: n.where}
	out.Compliance = r.word(n.get("compliance"), complianceOptimized, complianceLegacy)
	if u := n.get("url"); usable(u) && strings.TrimSpace(u.text.Value) != "" {
		out.URL, out.Compliance = r.tenantURL(u, n.get("compliance"), out.Compliance)
	}
	sign := r.oneOf(n, codeSignIn, "token", "oauth2")
	if token := n.get("token"); token != nil && sign == "token" {
		out.TokenWhere = token.where
		switch {
		case token.kind == mapNode:
			out.Token = r.secretRef(token)
			out.TokenHint = r.textOf(token.get("hint")).Value
		case token.kind == scalarNode && token.text.Value == "none":
			out.NoToken = true
		}
	}
	if o := n.get("oauth2"); o != nil && o.kind == mapNode {
		out.OAuth2 = r.oauth2(o)
	}
	return out
}

func (r *resolver) oauth2(n *node) *OAuth2 {
	r.needed(n, "tokenUrl", "Write the address at which tokens are asked for.")
	r.needed(n, "clientId", "Write the client id that the vendor gives.")
	r.needed(n, "clientSecret", "Write where the client secret is kept, such as {env: NAME}.")
	out := &OAuth2{
		TokenURL: r.textOf(n.get("tokenUrl")).Value,
		ClientID: r.textOf(n.get("clientId")).Value,
		Where:    n.where,
	}
	if u := n.get("tokenUrl"); usable(u) && u.text.Value != "" {
		r.checkURL(u.text)
	}
	if s := n.get("clientSecret"); s != nil && s.kind == mapNode {
		out.ClientSecret = r.secretRef(s)
	}
	return out
}

// secretRef reads where a secret is kept.
func (r *resolver) secretRef(n *node) secret.Ref {
	known := []string{"env", "file", "stdin"}
	var ref secret.Ref
	switch r.oneOf(n, codeSecretOneOf, known...) {
	case "":
		if !n.unset {
			r.report(diag.Errorf(codeSecretOneOf, n.where, "nothing says where the secret is kept").
				WithDetail("Write {env: NAME}, {file: PATH} or {stdin: true}."))
		}
	case "env":
		env := n.get("env")
		ref.Env = r.textOf(env).Value
		if usable(env) && !isEnvName(ref.Env) {
			r.report(diag.Errorf(codeSecretName, env.where, "this is not the name of an environment variable").
				WithDetail("Names have letters, digits and _ in them and at most 64 characters. The secret itself never stands in a profile."))
			ref.Env = ""
		}
	case "file":
		ref.File = r.textOf(n.get("file")).Value
		if usable(n.get("file")) && strings.TrimSpace(ref.File) == "" {
			r.report(diag.Errorf(codeNoValue, n.get("file").where, "the path is empty").WithDetail("Write the path of the file that holds the secret."))
		}
	case "stdin":
		if on := r.flag(n.get("stdin")); on != nil {
			ref.Stdin = *on
			if !*on {
				r.report(diag.Errorf(codeSecretOneOf, n.get("stdin").where, "nothing says where the secret is kept").
					WithDetail("Write stdin: true, or another source."))
			}
		}
	}
	return ref
}

// secretText reports a text in the place of a secret's source. The text is never
// part of the message, as it may be the secret.
func (c *checker) secretText(n *node, s *shape) {
	if slices.Contains(s.words, n.text.Value) {
		return
	}
	d := diag.Errorf(codeLiteralSecret, n.where, "%s itself must not stand in a profile", s.noun).
		WithDetail("Write where it is kept, {env: NAME}, {file: PATH} or {stdin: true}, and give the secret itself a new value if this file was shared.")
	c.report(d)
}

// secretKey reports a key of a secret's source that is not known.
func (c *checker) secretKey(p pair, s *shape) {
	name := p.key.text.Value
	switch strings.ToLower(name) {
	case "value", "secret", "token", "literal", "plain", "password", "bearer":
		c.report(diag.Errorf(codeLiteralSecret, p.key.where, "%s itself must not stand in a profile", s.noun).
			WithDetail("Write where it is kept, {env: NAME}, {file: PATH} or {stdin: true}, and give the secret itself a new value if this file was shared."))
		return
	case "keyvault", "azurekeyvault", "vault", "aws", "awssecretsmanager", "gcp", "onepassword", "op", "keychain", "keyring",
		"command", "exec", "cmd", "url", "sops", "kubernetes", "k8s":
		c.report(diag.Errorf(codeSecretSource, p.key.where, "secrets cannot be read from %q", name).
			WithDetail("Write {env: NAME}, {file: PATH} or {stdin: true}, and let your pipeline fetch the secret."))
		return
	}
	names := s.names()
	d := diag.Errorf(codeSecretSource, p.key.where, "there is no source of secrets named %q%s", name, diag.DidYouMean(name, names)).
		WithDetail("Write {env: NAME}, {file: PATH} or {stdin: true}.")
	if near := diag.Suggest(name, names); near != "" {
		d = d.WithFix(near)
	}
	c.report(d)
}
