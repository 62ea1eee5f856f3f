// Makes a film and prints its link: of a script with the Studio API, or of a topic with the Video API.
//
//   npm ci && npm run build
//
//   export FILMLOOM_API_KEY=flm_live_…
//   npm start -- "The lighthouse" "Every evening the old keeper lit the lamp, and nobody came."
//
//   export FILMLOOM_USER=admin FILMLOOM_PASSWORD=…
//   npm start -- mystery
//
// FILMLOOM_URL names another server than http://localhost:8080. The types beside it are written by ../../generate.
import { ofScript } from './script.js'
import { ofTopic } from './topic.js'

async function run(args: string[]): Promise<string> {
  const env = process.env
  const server = env.FILMLOOM_URL ?? 'http://localhost:8080'
  const [first, script] = args
  if (first && script && env.FILMLOOM_API_KEY) return ofScript(server, env.FILMLOOM_API_KEY, first, script)
  if (first && !script && env.FILMLOOM_USER && env.FILMLOOM_PASSWORD) {
    return ofTopic(server, env.FILMLOOM_USER, env.FILMLOOM_PASSWORD, first)
  }
  throw new Error('usage: FILMLOOM_API_KEY=… npm start -- TITLE SCRIPT, or FILMLOOM_USER=… FILMLOOM_PASSWORD=… npm start -- TOPIC')
}

run(process.argv.slice(2)).then(
  (url) => console.log(url),
  (e: Error) => {
    console.error(e.message)
    process.exitCode = 1
  },
)
