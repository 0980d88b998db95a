// PouchDB as it comes: a server on the loopback, or a client that does one thing
// for each line of its input and answers "ok NUMBER" or "no WORDS".
//
//   node pouch.js MODULES server FOLDER     prints its port
//   node pouch.js MODULES client FOLDER BATCH
//     texts FILE        notes, each ended by a zero byte
//     url URL           of the server's database
//     insert FROM N     into the first database
//     push              the first database to the server
//     pull              from there into the second; how many it holds
'use strict';
const fs = require('fs');
const readline = require('readline');
const [modules, what, folder, batch] = process.argv.slice(2);
const need = (name) => require(require.resolve(name, { paths: [modules] }));
const PouchDB = need('pouchdb');

function server() {
	const app = need('express')();
	const Here = PouchDB.defaults({ prefix: folder + '/' });
	app.use('/', need('express-pouchdb')(Here, {
		mode: 'minimumForPouchDB', inMemoryConfig: true,
		logPath: folder + '/log.txt' }));
	const listening = app.listen(0, '127.0.0.1', () =>
		process.stdout.write(listening.address().port + '\n'));
	// On a busy machine the usual 5 s end a connection under a request,
	// and PouchDB's client waits for its answer for ever.
	listening.keepAliveTimeout = 600000;
}

let texts, url, first, second;
const size = { batch_size: Number(batch) };
const commands = {
	texts(file) {
		texts = fs.readFileSync(file, 'utf8').split('\0');
		first = new PouchDB(folder + '/first');
		second = new PouchDB(folder + '/second');
		return texts.length;
	},
	url(to) { url = to; return 0; },
	async insert(from, n) {
		const docs = [];
		for (let i = Number(from); i < Number(from) + Number(n); i++)
			docs.push({ _id: String(i).padStart(12, '0'),
				case: i % 20, text: texts[i % texts.length] });
		while (docs.length > 0)
			await first.bulkDocs(docs.splice(0, 1000));
		return Number(n);
	},
	async push() {
		return (await first.replicate.to(url, size)).docs_written;
	},
	async pull() {
		await second.replicate.from(url, size);
		return (await second.info()).doc_count;
	}
};

async function client() {
	for await (const line of readline.createInterface(
	    { input: process.stdin })) {
		const [name, ...args] = line.split(' ');
		try {
			process.stdout.write('ok ' +
			    await commands[name](...args) + '\n');
		} catch (e) {
			process.stdout.write('no ' + e.message + '\n');
		}
	}
}

process.on('SIGTERM', () => process.exit(0));
(what === 'server' ? server : client)();
