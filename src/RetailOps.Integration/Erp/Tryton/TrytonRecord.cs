using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Integration;

/// <summary>A record of Tryton's that our documents point to.</summary>
/// <param name="Kind">In our words, see <see cref="TrytonKinds"/>.</param>
/// <param name="Code">What it is known by there; unique in its kind.</param>
/// <param name="Id">Its id there; 0 for one that would be made.</param>
/// <param name="Name">For people; null where it may be personal.</param>
/// <param name="Facts">What else is needed of it.</param>
/// <param name="ChangedAt">When it was last changed there.</param>
internal sealed record TrytonRecord(string Kind, string Code, int Id, string? Name, TrytonFacts Facts, DateTimeOffset? ChangedAt);

/// <summary>What is needed of a record besides its id.</summary>
/// <param name="Rate">A tax's, as a fraction.</param>
/// <param name="SaleAccount">A tax's account where the base is not below 0.</param>
/// <param name="ReturnAccount">A tax's account where it is.</param>
/// <param name="Address">A party's first address.</param>
internal sealed record TrytonFacts(decimal? Rate = null, int? SaleAccount = null, int? ReturnAccount = null, int? Address = null);

/// <summary>One kind of record: where it is, what it is known by, and what our words mean when nobody maps them.</summary>
/// <param name="Name">In our words.</param>
/// <param name="Model">In Tryton's.</param>
/// <param name="CodeField">What it is known by.</param>
/// <param name="Fields">What else is read.</param>
/// <param name="Where">Which of them count.</param>
/// <param name="IsLarge">Thousands of them: asked for by code and pulled by time of change, not all at once.</param>
internal sealed record TrytonKind(string Name, string Model, string CodeField, string[] Fields, Func<int, JsonArray> Where, bool IsLarge = false)
{
    /// <summary>Null for a record that none of our words can point to.</summary>
    public TrytonRecord? Of(JsonElement row)
    {
        if (row.TextOf(CodeField) is not { Length: > 0 } code)
        {
            return null;
        }

        var facts = Name switch
        {
            TrytonKinds.Tax => new TrytonFacts(row.GetProperty("rate").DecimalOf(), Id(row, "invoice_account"), Id(row, "credit_note_account")),
            TrytonKinds.Party => new TrytonFacts(Address: row.GetProperty("addresses") is { ValueKind: JsonValueKind.Array } a && a.GetArrayLength() > 0 ? a.EnumerateArray().Min(x => x.GetInt32()) : null),
            _ => new TrytonFacts(),
        };
        return new(Name, code, row.Id(), Name is TrytonKinds.Party ? null : row.TextOf(Fields.Contains("name") ? "name" : CodeField), facts, IsLarge ? row.Instant("write_date") ?? row.Instant("create_date") : null);
    }

    private static int? Id(JsonElement row, string field) => row.GetProperty(field) is { ValueKind: JsonValueKind.Number } id ? id.GetInt32() : null;
}

/// <summary>The kinds of records that our documents need.</summary>
internal static class TrytonKinds
{
    public const string Account = "account";
    public const string Category = "category";
    public const string Currency = "currency";
    public const string Journal = "journal";
    public const string Party = "party";
    public const string PaymentMethod = "payment-method";
    public const string PaymentTerm = "payment-term";
    public const string Product = "product";
    public const string Tax = "tax";
    public const string Uom = "uom";

    /// <summary>Our word for whom nobody names.</summary>
    public const string Sundry = "*";

    /// <summary>What our words mean until somebody maps them. A tax's word is its rate in percent; all other words are Tryton's own.</summary>
    public static IReadOnlyDictionary<(string Kind, string Code), string> Usual { get; } = new Dictionary<(string, string), string>
    {
        [(Account, "goods")] = "4000",
        [(Account, "shipping")] = "4100",
        [(Account, "discount")] = "4200",
        [(Account, "service")] = "4300",
        [(Account, "sundry")] = "4900",
        [(Account, "receivable")] = "1200",
        [(Journal, "revenue")] = "REV",
        [(Uom, "unit")] = "Unit",
        [(Category, "goods")] = "Goods",
        [(Party, Sundry)] = "SUNDRY",
    };

    public static IReadOnlyList<TrytonKind> All { get; } =
    [
        new(Account, "account.account", "code", ["code", "name"], company => [OfCompany(company), Has("type"), Has("code")]),
        new(Category, "product.category", "name", ["name"], _ => [TrytonValues.Where("accounting", "=", true)]),
        new(Currency, "currency.currency", "code", ["code", "name"], _ => []),
        new(Journal, "account.journal", "code", ["code", "name"], _ => []),
        new(PaymentMethod, "account.invoice.payment.method", "name", ["name"], company => [OfCompany(company)]),
        new(PaymentTerm, "account.invoice.payment_term", "name", ["name"], _ => []),
        new(Tax, "account.tax", "name", ["name", "rate", "invoice_account", "credit_note_account"],
            company => [OfCompany(company), TrytonValues.Where("type", "=", "percentage"), TrytonValues.Where("parent", "=", null)]),
        new(Uom, "product.uom", "name", ["name"], _ => []),
        new(Party, "party.party", "code", ["code", "addresses", "active", "write_date", "create_date"], _ => [], IsLarge: true),
        new(Product, "product.product", "code", ["code", "active", "write_date", "create_date"], _ => [], IsLarge: true),
    ];

    public static IReadOnlyList<string> Small { get; } = [.. All.Where(k => !k.IsLarge).Select(k => k.Name)];

    public static TrytonKind Of(string name) => All.First(k => k.Name == name);

    /// <summary>What one of our words points to when nobody maps it.</summary>
    public static string UsualOf(string kind, string code) =>
        Usual.GetValueOrDefault((kind, code)) ?? (kind is PaymentMethod ? code.ToUpperInvariant() : code);

    /// <summary>A rate as people say it: 20, 17.5.</summary>
    public static string Percent(decimal rate) => (rate * 100).ToString("0.####", CultureInfo.InvariantCulture);

    private static JsonArray OfCompany(int company) => TrytonValues.Where("company", "=", company);

    private static JsonArray Has(string field) => TrytonValues.Where(field, "!=", null);
}
