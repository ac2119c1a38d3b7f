"""From YAML to runs, and from runs to files: experiments, the plan, execution, cache keys, pinned losses."""
