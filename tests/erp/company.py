#!/usr/bin/python3
"""Makes the company that the tests and ./run erp post to, in a freshly activated Tryton 6.0 database, without a server.

usage: company.py CONFIGURATION DATABASE [fast]; the login "retailops" gets its password later, and cannot sign in before.
fast: invoices are printed as one line of text, which halves the time that posting takes.
"""
import datetime
import sys
from decimal import Decimal

from proteus import Model, Wizard
from proteus import config as proteus_config

configuration, database = sys.argv[1:3]
proteus_config.set_trytond('sqlite:///' + database, config_file=configuration)
get = Model.get


def company_of_pounds():
    Currency, Rate, Party = get('currency.currency'), get('currency.currency.rate'), get('party.party')
    currencies = {}
    for code, name, symbol, rate in (('GBP', 'Pound Sterling', '£', '1'), ('EUR', 'Euro', '€', '1.15')):
        currency = Currency(name=name, symbol=symbol, code=code, rounding=Decimal('0.01'))
        currency.save()
        Rate(date=datetime.date(2000, 1, 1), rate=Decimal(rate), currency=currency).save()
        currencies[code] = currency
    owner = Party(name='Example Retail', code='COMPANY')
    owner.save()
    wizard = Wizard('company.company.config')
    wizard.execute('company')
    wizard.form.party, wizard.form.currency = owner, currencies['GBP']
    wizard.execute('add')
    proteus_config.get_config()._context = get('res.user').get_preferences(True, {})
    company, = get('company.company').find()
    return company


def chart(company):
    template, = get('ir.model.data').find([('module', '=', 'account'), ('fs_id', '=', 'account_template_root_en')])
    wizard = Wizard('account.create_chart')
    wizard.execute('account')
    wizard.form.account_template = get('account.account.template')(template.db_id)
    wizard.form.company = company
    wizard.execute('create_account')
    names = {a.name: a for a in get('account.account').find([('company', '=', company.id)])}
    accounts = {
        '1000': names['Main Cash'], '1200': names['Main Receivable'], '2000': names['Main Payable'], '2200': names['Main Tax'],
        '4000': names['Main Revenue'], '5000': names['Main Expense']}
    wizard.form.account_receivable, wizard.form.account_payable = accounts['1200'], accounts['2000']
    wizard.execute('create_properties')
    for code, account in accounts.items():
        account.code = code
        account.save()
    for code, name in (('4100', 'Shipping'), ('4200', 'Discounts'), ('4300', 'Services'), ('4900', 'Sundry')):
        accounts[code], = accounts['4000'].duplicate({'name': name, 'code': code})
    accounts['1100'], = accounts['1000'].duplicate({'name': 'Settled on account', 'code': '1100'})
    return accounts


def fiscal_years(company):
    """2010 and 2011 are the years of the sales that are replayed."""
    Sequence, Strict, Kind, Year = get('ir.sequence'), get('ir.sequence.strict'), get('ir.sequence.type'), get('account.fiscalyear')
    of_moves, = Kind.find([('name', '=', 'Account Move')])
    of_invoices, = Kind.find([('name', '=', 'Invoice')])

    def strict(prefix, year):
        sequence = Strict(name='%s %s' % (prefix, year), sequence_type=of_invoices, company=company, prefix='%s-%s-' % (prefix, year), padding=6)
        sequence.save()
        return sequence

    this = datetime.date.today().year
    for year in sorted({2010, 2011, this - 1, this, this + 1}):
        fiscal = Year(name=str(year), start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31), company=company)
        moves = Sequence(name='Moves %s' % year, sequence_type=of_moves, company=company, prefix='%s-' % year, padding=7)
        moves.save()
        fiscal.post_move_sequence = moves
        sequences, = fiscal.invoice_sequences
        sequences.out_invoice_sequence, sequences.out_credit_note_sequence = strict('INV', year), strict('CRN', year)
        sequences.in_invoice_sequence, sequences.in_credit_note_sequence = strict('BIL', year), strict('SCN', year)
        fiscal.save()
        fiscal.click('create_period')


def taxes(accounts):
    for name, rate in (('VAT20', '0.20'), ('VAT175', '0.175'), ('VAT5', '0.05')):
        get('account.tax')(
            name=name, description=name, type='percentage', rate=Decimal(rate), invoice_account=accounts['2200'], credit_note_account=accounts['2200']).save()


def payments(accounts):
    Term = get('account.invoice.payment_term')
    term = Term(name='Immediate')
    line = term.lines.new(type='remainder')
    line.relativedeltas.new(days=0)
    term.save()
    journal, = get('account.journal').find([('type', '=', 'cash')])
    # ACCOUNT is what an order without a payment was bought on: the money moves elsewhere.
    for name, account in (('CARD', '1000'), ('CASH', '1000'), ('GIFT-CARD', '1100'), ('ACCOUNT', '1100')):
        get('account.invoice.payment.method')(name=name, journal=journal, credit_account=accounts[account], debit_account=accounts[account]).save()


def goods(accounts):
    category = get('product.category')(name='Goods', accounting=True)
    category.account_expense, category.account_revenue = accounts['5000'], accounts['4000']
    category.save()


def parties():
    get('party.party')(name='Sundry customers', code='SUNDRY').save()


def warehouses():
    """Tryton brings one, WH; this is the second."""
    Location = get('stock.location')

    def place(name, code, kind):
        location = Location(name=name, code=code, type=kind)
        location.save()
        return location

    store = Location(name='Store 1', code='ST1', type='warehouse')
    store.input_location, store.output_location = place('Store 1 in', 'ST1-IN', 'storage'), place('Store 1 out', 'ST1-OUT', 'storage')
    store.storage_location = place('Store 1 shelves', 'ST1-STO', 'storage')
    store.save()


def short_print():
    report, = get('ir.action.report').find([('report_name', '=', 'account.invoice')])
    report.template_extension, report.extension = 'txt', ''
    report.report_content_custom = b'${records[0].number}\n'
    report.save()


def login(company):
    """No administrator: what the books and the master data need, no more."""
    names = ['Account', 'Account Administration', 'Account Party', 'Party Administration', 'Product Administration', 'Stock']
    user = get('res.user')(name='RetailOps', login='retailops')
    user.save()
    for group in get('res.group').find([('name', 'in', names)]):
        user.groups.append(get('res.group')(group.id))
    user.companies.append(get('company.company')(company.id))
    user.company = get('company.company')(company.id)
    user.save()


company = company_of_pounds()
accounts = chart(company)
fiscal_years(company)
taxes(accounts)
payments(accounts)
goods(accounts)
parties()
warehouses()
if 'fast' in sys.argv[3:]:
    short_print()
login(company)
