// Checks OpenAPI documents by the recommended rules of Redocly: lint.mjs FILE…. A warning fails like an error.
import core from '@redocly/openapi-core'
import { resolve } from 'node:path'

// What a document refers to must be in it, or beside it: nothing is fetched.
class Offline extends core.BaseResolver {
  async loadExternalRef(ref) {
    if (core.isAbsoluteUrl(ref)) throw new Error(`it refers to ${ref}`)
    return super.loadExternalRef(ref)
  }
}

const config = await core.createConfig({ extends: ['recommended'] })
let failed = 0
for (const file of process.argv.slice(2)) {
  let problems
  try {
    problems = await core.lint({ ref: resolve(file), config, externalRefResolver: new Offline(config.resolve) })
  } catch (e) {
    console.error(`${file} cannot be checked: ${e.message}`)
    failed++
    continue
  }
  for (const p of problems) {
    const where = p.location[0]?.pointer ?? '#/'
    const hint = p.suggest?.length ? ` Did you mean ${p.suggest.join(', ')}?` : ''
    console.error(`${file}: ${p.severity} (${p.ruleId}) at ${where}: ${p.message}${hint}`)
  }
  if (problems.length) failed++
  else console.log(`${file}: clean`)
}
process.exitCode = failed ? 1 : 0
