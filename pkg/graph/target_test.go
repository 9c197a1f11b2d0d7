package graph_test

import (
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/graph"
)

var _ apply.Target = (*graph.Client)(nil)
