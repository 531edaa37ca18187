// Package municipal files reports with a municipal platform (智慧房安). No
// platform's interface is built in: endpoints, request signing, field mapping
// and the meaning of answers are a [Profile], which is data. What always works
// without any interface is the export package ([ExportPackage]).
//
// Start reading at [Profile] (what can be configured), then [Client.Submit]
// (what one attempt does) and answer.go (how an answer becomes a result).
//
// The promise of the client is to be honest about what it does not know:
// schemas.FilingRetry means that the platform certainly recorded nothing, and
// schemas.FilingUnknown that it may have and must be asked before anything is
// sent again. The ledger owns retries; nothing here sends a report twice.
package municipal
