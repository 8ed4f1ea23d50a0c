// Reads events from stdin as a JSON list, runs the viewer-request function on each and prints the results.
const fs = require('fs');
const vm = require('vm');

const context = vm.createContext({});
vm.runInContext(fs.readFileSync(process.argv[2], 'utf8') + '\nthis.handler = handler;', context);
const events = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(events.map((event) => context.handler(event))));
