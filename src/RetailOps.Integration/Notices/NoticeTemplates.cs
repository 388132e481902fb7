using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

using Fluid;
using Fluid.Values;

using MimeKit;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What a notice says in one language: a governed document of the kind <c>notice-template</c>, called <c>order-confirmed-en</c>.</summary>
/// <param name="Subject">Liquid.</param>
/// <param name="Text">Liquid, line by line.</param>
/// <param name="Html">Liquid, line by line; what is put in is encoded. Null for a mail of text only.</param>
internal sealed record NoticeTemplate(string Subject, IReadOnlyList<string> Text, IReadOnlyList<string>? Html = null)
{
    public const string Kind = "notice-template";

    public static IEnumerable<RequestFault> Faults(NoticeTemplate template)
    {
        foreach (var (field, text) in new[] { ("subject", template.Subject), ("text", Joined(template.Text)), ("html", Joined(template.Html)) })
        {
            if (text is not null && Fault(text) is { } fault)
            {
                yield return new(field, "notices.template", fault);
            }
        }

        if (string.IsNullOrWhiteSpace(template.Subject) || template.Text.Count == 0)
        {
            yield return new("text", "notices.template-empty", "A subject and a text are needed; html is not.");
        }
    }

    public static string? Joined(IReadOnlyList<string>? lines) => lines is null ? null : string.Join('\n', lines);

    private static string? Fault(string text)
    {
        try
        {
            LiquidTemplate.Prepare(text);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}

/// <summary>How notices are written: a governed document of the kind <c>notice-settings</c>, called <c>standard</c>.</summary>
/// <param name="Shop">The name that customers know.</param>
/// <param name="FallbackLanguage">For channels without one, and where a template does not speak theirs.</param>
/// <param name="Languages">By channel, like <c>"web-de": "de"</c>.</param>
internal sealed record NoticeSettings(string Shop, string FallbackLanguage, IReadOnlyDictionary<string, string> Languages)
{
    public const string Kind = "notice-settings";

    public static IEnumerable<RequestFault> Faults(NoticeSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Shop) || settings.Shop.Length > 100)
        {
            yield return new("shop", "notices.shop", "1 to 100 characters.");
        }

        foreach (var (field, language) in settings.Languages.Select(l => ($"languages.{l.Key}", l.Value)).Prepend(("fallbackLanguage", settings.FallbackLanguage)))
        {
            if (language.Length is < 2 or > 8 || !language.All(char.IsAsciiLetterLower))
            {
                yield return new(field, "notices.language", "A language in small letters, like en.");
            }
        }
    }
}

/// <summary>What is written from.</summary>
internal sealed record NoticeMatter(NoticeToSend Notice, OrderRecipient Order, MailboxAddress To);

/// <summary>A mail, and by which template it was written.</summary>
internal sealed record WrittenNotice(MimeMessage Mime, string Language, int Version);

/// <summary>Writes mails from governed templates, in the language of the order's channel or the fallback.</summary>
internal sealed class NoticeWriter(GovernedDocuments documents, NoticeOptions options, TimeProvider clock)
{
    /// <returns>Null when no template of that name speaks the language or the fallback.</returns>
    /// <exception cref="FormatException">The template fails over this order.</exception>
    public WrittenNotice? Write(NoticeMatter matter)
    {
        var settings = documents.FindLive(NoticeSettings.Kind, "standard")?.Content.Deserialize<NoticeSettings>(JsonSerializerOptions.Web) ?? new("RetailOps", "en", new Dictionary<string, string>());
        var language = settings.Languages.GetValueOrDefault(matter.Order.Channel, settings.FallbackLanguage);
        if (documents.FindLive(NoticeTemplate.Kind, $"{matter.Notice.Template}-{language}") is not { } document)
        {
            language = settings.FallbackLanguage;
            document = documents.FindLive(NoticeTemplate.Kind, $"{matter.Notice.Template}-{language}");
        }

        if (document is null)
        {
            return null;
        }

        var template = document.Content.Deserialize<NoticeTemplate>(JsonSerializerOptions.Web)!;
        var mime = new MimeMessage { MessageId = MessageIdOf(matter.Notice.Id), Date = clock.GetUtcNow(), Subject = Line(Render(template.Subject, NullEncoder.Default, matter, settings)) };
        mime.From.Add(MailboxAddress.Parse(options.From));
        mime.To.Add(matter.To);
        mime.Headers.Add("Auto-Submitted", "auto-generated");
        var body = new BodyBuilder { TextBody = Render(NoticeTemplate.Joined(template.Text)!, NullEncoder.Default, matter, settings) };
        if (NoticeTemplate.Joined(template.Html) is { } html)
        {
            body.HtmlBody = Render(html, HtmlEncoder.Default, matter, settings);
        }

        mime.Body = body.ToMessageBody();

        // In seven bits, so that as text it is what it is in bytes, wherever it goes.
        mime.Prepare(EncodingConstraint.SevenBit);
        return new(mime, language, document.Version);
    }

    /// <summary>The same at each try, so that a mail that arrives twice can be told from two mails.</summary>
    public string MessageIdOf(Guid notice) => $"{notice}@{(MailboxAddress.Parse(options.From).Domain is { Length: > 0 } domain ? domain : "localhost")}";

    private string Render(string text, TextEncoder encoder, NoticeMatter matter, NoticeSettings settings) => LiquidTemplate.Prepare(text).Render(clock.GetUtcNow(), encoder, context =>
    {
        var order = matter.Order;
        var shipment = order.Shipments.FirstOrDefault(f => BusinessKey.Of("fulfilment", f.Id) == matter.Notice.Subject);
        context.SetValue("Shop", new StringValue(settings.Shop));
        context.SetValue("Customer", Names(("Name", Text(order.Name))));
        context.SetValue("Order", Names(
            ("Number", Text(order.Number)), ("Channel", Text(order.Channel)), ("Total", Text(Money(order.Total))), ("Lines", List(order.Lines))));
        context.SetValue("Shipment", shipment is null ? NilValue.Instance : Names(
            ("Carrier", Text(shipment.Carrier)), ("TrackingNumber", Text(shipment.TrackingNumber)), ("Lines", List(shipment.Lines))));
        context.SetValue("Facts", Json(matter.Notice.Facts));
    });

    private static string Line(string text) => text.ReplaceLineEndings(" ").Trim();

    private static string Money(Money money) => money.ToString();

    private static FluidValue Text(string? text) => text is null ? NilValue.Instance : new StringValue(text);

    private static ArrayValue List(IEnumerable<RecipientLine> lines) => new([.. lines.Take(LiquidTemplate.MaxItems).Select(l => Names(("Sku", Text(l.Sku)), ("Quantity", NumberValue.Create(l.Quantity))))]);

    private static DictionaryValue Names(params (string Name, FluidValue Value)[] members) => new(new FluidValueDictionaryFluidIndexable(members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal)));

    private static FluidValue Json(JsonElement? json) => json switch
    {
        { ValueKind: JsonValueKind.Object } o => Names([.. o.EnumerateObject().Select(m => (m.Name, Json(m.Value)))]),
        { ValueKind: JsonValueKind.Array } a => new ArrayValue([.. a.EnumerateArray().Select(m => Json(m))]),
        { ValueKind: JsonValueKind.Number } n when n.TryGetDecimal(out var number) => NumberValue.Create(number),
        { ValueKind: JsonValueKind.True or JsonValueKind.False } b => b.GetBoolean() ? BooleanValue.True : BooleanValue.False,
        { ValueKind: JsonValueKind.String } s => new StringValue(s.GetString()!),
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => NilValue.Instance,
        { } other => new StringValue(Convert.ToString(other, CultureInfo.InvariantCulture) ?? ""),
    };
}
