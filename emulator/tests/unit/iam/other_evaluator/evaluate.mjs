// Decides questions with @cloud-copilot/iam-simulate: a JSON array on standard input, and one of
// answers on standard output. The packages are in the folder that is the first argument.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const packages = createRequire(`${process.argv[2]}/`);
const { anonymousPrincipal, runSimulation, runUnsafeSimulation } = packages("@cloud-copilot/iam-simulate");

const named = (policies) => policies.map((policy, index) => ({ name: `${index}`, policy }));

function simulation(question) {
  const { principal, action, resource, account, context } = question;
  return {
    request: {
      principal: principal === "anonymous" ? anonymousPrincipal : principal,
      action,
      resource: { resource, accountId: account },
      contextVariables: context,
    },
    identityPolicies: named(question.identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: question.of_resource ?? undefined,
    permissionBoundaryPolicies: question.boundary ? named([question.boundary]) : undefined,
    sessionPolicy: question.session ?? undefined,
  };
}

// It refuses an ARN that fits no type of resource of the action, or several, in AWS's tables. Then
// its evaluation is asked without the tables.
const TABLES = ["no.resource.types", "multiple.resource.types"];

async function answer(question) {
  const asked = simulation(question);
  const found = await runSimulation(asked, { simulationMode: "Strict" });
  if (found.resultType !== "error") return found.overallResult;
  if (TABLES.includes(found.errors.message)) return runUnsafeSimulation(asked, {});
  return `error ${JSON.stringify(found.errors)}`;
}

const answers = [];
for (const question of JSON.parse(await text(process.stdin))) answers.push(await answer(question));
process.stdout.write(JSON.stringify(answers));
