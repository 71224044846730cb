// Programs of the interop tests, and the foreign ones that are built with them.
module attestlog.invalid/interop

go 1.24.0

require filippo.io/torchwood v0.9.0

tool (
	filippo.io/torchwood/cmd/litewitness
	filippo.io/torchwood/cmd/witnessctl
)
