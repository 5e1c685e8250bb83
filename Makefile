# Short recipes, no logic: what they call lies in .ci/.
.PHONY: run test quick format screenshots lock bench trust signs-report

run:  ## the demo practice on http://127.0.0.1:8000 (PORT=… for another port)
	@.ci/environment run
	@.ci/serve

test:  ## every check there is, one summary at the end
	@.ci/environment dev
	@.ci/check

quick:  ## the same without Chromium and what takes long, to run often
	@.ci/environment dev
	@.ci/check quick

format:  ## put the code in its one format
	@.ci/environment dev
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

screenshots:  ## the pictures of the README, taken in a real browser
	@.ci/environment dev
	@.ci/screenshots

lock:  ## after a change to the dependencies in pyproject.toml
	@.ci/environment dev
	@.ci/lock

bench:  ## what assessing a caseload costs, against a plain scan of its rows
	@.ci/environment dev
	@.ci/bench

trust:  ## the big versions of the proofs, and a table of what was promised and seen
	@.ci/environment dev
	@.ci/trust

signs-report:  ## the published figures of the signs, measured anew on simulated couples
	@.ci/environment dev
	@.ci/signs-report
