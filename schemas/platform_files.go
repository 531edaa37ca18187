package schemas

import "embed"

// PlatformFiles holds the published reference contract for filing with a
// municipal platform: platform.openapi.yaml, the JSON Schemas of its payloads
// in platform/ and samples of each in platform/samples. The real platform's
// interface is not public; this contract is this project's own.
//
//go:embed platform.openapi.yaml platform/*.schema.json platform/samples/*.json
var PlatformFiles embed.FS
