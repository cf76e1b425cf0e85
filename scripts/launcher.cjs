#!/usr/bin/env node
'use strict';
// What `kleiber` starts. It is written in the syntax of old Nodes on purpose: its first work is to say, on any of them,
// that the Node is too old, before a line of newer syntax is read. The build puts the least version in, and `start.cjs`
// beside it, because Node 8 cannot even parse the import of a module.

var least = '__LEAST_NODE__';

function isOld(version) {
  var found = version.split('.').map(Number);
  var needed = least.split('.').map(Number);
  var i = 0;
  while (i < 2 && found[i] === needed[i]) i++;
  return found[i] < needed[i];
}

// Compiled code is kept in a folder that only this user can write: what lies in it is executed unread, and the default
// place in the shared temporary folder can be made beforehand by anybody. The home folder stays untouched.
function keepCompiledCode() {
  var fs = require('fs');
  var folder, found;
  if (process.env.NODE_COMPILE_CACHE || typeof process.getuid !== 'function') return;
  // As `os.tmpdir` says; loading that module for it would take longer than everything else here.
  folder = process.env.TMPDIR || process.env.TMP || process.env.TEMP || '/tmp';
  folder = require('path').join(folder, 'kleiber-compiled-' + process.getuid());
  try {
    if (!fs.existsSync(folder)) fs.mkdirSync(folder, { mode: 448 });
    found = fs.lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid() || (found.mode & 63) !== 0) return;
    require('module').enableCompileCache(folder);
  } catch (error) {
    // Only speed is lost.
  }
}

// Node 22 warns that its SQLite is experimental; a person who runs kleiber can do nothing about it.
function silenceSqliteWarning() {
  var emitWarning = process.emitWarning;
  process.emitWarning = function (warning, type) {
    if (type === 'ExperimentalWarning' && /^SQLite /.test(String(warning))) return;
    emitWarning.apply(process, arguments);
  };
}

function sayTooOld(version) {
  var what = 'E12  kleiber needs Node ' + least + ' or newer; this is ' + version + '.\n';
  var fix = '     fix   nvm install 24   or   mise use node@24   or once:  npx -p node@24 -p kleiber kleiber\n';
  process.stderr.write(what + fix);
  process.exitCode = 2;
}

if (isOld(process.versions.node)) {
  sayTooOld(process.versions.node);
} else {
  silenceSqliteWarning();
  keepCompiledCode();
  require('./start.cjs');
}
