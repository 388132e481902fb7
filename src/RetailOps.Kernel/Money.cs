using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetailOps.Kernel;

/// <summary>An amount in whole minor units of one currency; never floating point.</summary>
/// <param name="MinorUnits">Signed count of the currency's minor unit (pence, cents; yen for JPY).</param>
/// <param name="Currency">ISO 4217 code, three upper-case letters.</param>
/// <remarks>In JSON <c>{"amount":"12.34","currency":"GBP"}</c> with the currency's decimals; a JSON number is accepted on input.</remarks>
[JsonConverter(typeof(MoneyJson))]
public readonly record struct Money(long MinorUnits, string Currency)
{
    /// <summary>Nothing, in a currency.</summary>
    public static Money Zero(string currency) => new(0, currency);

    /// <summary>The currency's number of decimals (ISO 4217): 0 for JPY, KRW and their like, 3 for BHD and its like, else 2.</summary>
    public static int Decimals(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        _ => 2,
    };

    /// <summary>Whether a text is the code of a currency: three upper-case letters that ISO 4217 has given to money that people pay with.</summary>
    public static bool IsCurrency(string? text) => text is not null && Currencies.All.Contains(text);

    /// <summary>The sum; both sides must be of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The sum does not fit 64 bits.</exception>
    public static Money operator +(Money left, Money right) => new(checked(left.MinorUnits + right.MinorUnits), Same(left, right));

    /// <summary>The difference; both sides must be of one currency.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.MinorUnits - right.MinorUnits), Same(left, right));

    /// <summary>A price times a quantity.</summary>
    public static Money operator *(Money price, int quantity) => price with { MinorUnits = checked(price.MinorUnits * quantity) };

    /// <summary>The amount with the currency's decimals, "12.34".</summary>
    public string ToAmount() => (MinorUnits / Scale(Currency)).ToString("F" + Decimals(Currency), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => ToAmount() + " " + Currency;

    private static decimal Scale(string currency) => Decimals(currency) switch { 0 => 1m, 3 => 1000m, _ => 100m };

    private static string Same(Money left, Money right) => left.Currency == right.Currency
        ? left.Currency
        : throw new InvalidOperationException($"Amounts of {left.Currency} and {right.Currency} do not add up.");

    private sealed class MoneyJson : JsonConverter<Money>
    {
        // What a decimal holds exactly; it would round a longer one without a word.
        private const int LongestAmount = 28;

        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("amount", out var amount) || !root.TryGetProperty("currency", out var currency)
                || root.EnumerateObject().Count() != 2 || currency.ValueKind != JsonValueKind.String)
            {
                throw new JsonException("Money is {\"amount\":\"12.34\",\"currency\":\"GBP\"}.");
            }

            if (!IsCurrency(currency.GetString()))
            {
                throw new JsonException("The currency is none of ISO 4217: three upper-case letters like GBP.");
            }

            var text = amount.ValueKind is JsonValueKind.String ? amount.GetString() : amount.ValueKind is JsonValueKind.Number ? amount.GetRawText() : null;
            if (text?.Length > LongestAmount || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                throw new JsonException("The amount is not a decimal number.");
            }

            var code = currency.GetString()!;
            try
            {
                var minor = value * Scale(code);
                return minor == decimal.Truncate(minor)
                    ? new Money(decimal.ToInt64(minor), code)
                    : throw new JsonException($"The amount has more than the {Decimals(code)} decimals of {code}.");
            }
            catch (OverflowException)
            {
                throw new JsonException("The amount is too large.");
            }
        }

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("amount", value.ToAmount());
            writer.WriteString("currency", value.Currency);
            writer.WriteEndObject();
        }
    }
}
