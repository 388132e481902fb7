#!/usr/bin/python3
"""Reads what a Tryton 6.0 ledger says of the documents of RetailOps, to compare it with what RetailOps says. Shares no code with it.

usage: read_ledger.py ADDRESS LOGIN; the password comes from RETAILOPS_ERP_PASSWORD. Prints one JSON object, all amounts in hundredths of the company's currency:
  documents     by key: what its posted moves did to receivable accounts, debits above 0; a key with two documents is in duplicates
  duplicates    keys with more than one posted document, and payments with more than one posted move
  drafts        keys that are not posted
  paidBack      what moves of payments did to receivable accounts, by the key of the document
  accounts      balance by account code, debits above 0, of all posted moves
  trialBalance  their sum
  numberGaps    sequences of invoice numbers with a number missing
"""
import base64
import collections
import decimal
import json
import os
import re
import sys
import urllib.request

address, login = sys.argv[1:3]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
headers = {'Content-Type': 'application/json'}
PREFIX = 'ORC:'


def call(method, *params):
    body = json.dumps({'id': 1, 'method': method, 'params': params}).encode()
    answer = json.load(opener.open(urllib.request.Request(address, body, headers), timeout=120))
    if 'error' in answer:
        sys.exit('%s: %s' % (method, answer['error']))
    return answer['result']


def rows(model, where, fields):
    offset, page = 0, 2000
    while True:
        found = call('model.%s.search_read' % model, where, offset, page, [['id', 'ASC']], fields, context)
        yield from found
        if len(found) < page:
            return
        offset += page


def cents(value):
    return int((decimal.Decimal(value['decimal']) * 100).to_integral_exact())


user, key = call('common.db.login', login, {'password': os.environ['RETAILOPS_ERP_PASSWORD']})
headers['Authorization'] = 'Session ' + base64.b64encode(('%s:%s:%s' % (login, user, key)).encode()).decode()
preferences = call('model.res.user.get_preferences', True, {})
context = {'company': preferences['company'], 'language': 'en'}

keys, duplicates, drafts, numbers = {}, [], [], collections.defaultdict(set)
for invoice in rows('account.invoice', [['type', '=', 'out']], ['reference', 'move', 'number', 'state']):
    reference = invoice['reference'] or ''
    if invoice['number']:
        series, number = re.fullmatch(r'(.*?)(\d+)', invoice['number']).groups()
        numbers[series].add(int(number))
    if not reference.startswith(PREFIX):
        continue
    if not invoice['move']:
        drafts.append(reference[len(PREFIX):])
    elif reference in keys.values():
        duplicates.append(reference[len(PREFIX):])
    else:
        keys[invoice['move']] = reference

documents, paid_back, payments, accounts = collections.Counter(), collections.Counter(), collections.defaultdict(set), collections.Counter()
for line in rows('account.move.line', [['move.state', '=', 'posted']], ['move', 'move.description', 'account.code', 'account.type.receivable', 'debit', 'credit']):
    amount = cents(line['debit']) - cents(line['credit'])
    accounts[line['account.']['code']] += amount
    if not line['account.']['type.']['receivable']:
        continue
    if line['move'] in keys:
        documents[keys[line['move']][len(PREFIX):]] += amount
    else:
        description = line['move.']['description'] or ''
        if description.startswith(PREFIX):
            payments[description].add(line['move'])
            paid_back[description[len(PREFIX):].rsplit('/', 1)[0]] += amount

duplicates += [description for description, moves in payments.items() if len(moves) > 1]
json.dump({
    'documents': documents, 'duplicates': duplicates, 'drafts': drafts, 'paidBack': paid_back, 'accounts': accounts, 'trialBalance': sum(accounts.values()),
    'numberGaps': [series for series, taken in numbers.items() if taken != set(range(1, len(taken) + 1))]}, sys.stdout)
print()
