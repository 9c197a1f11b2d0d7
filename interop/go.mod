module github.com/scimctl/scimctl/interop

go 1.26.0

replace github.com/scimctl/scimctl => ../
