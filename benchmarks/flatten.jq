# The rival: each payload flattened, the paths of its leaves joined by "_". Use: jq -c -f flatten.jq stats.ndjson
[leaf_paths as $path | {key: ($path | map(tostring) | join("_")), value: getpath($path)}] | from_entries
