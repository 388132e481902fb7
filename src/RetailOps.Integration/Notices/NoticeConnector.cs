using Microsoft.AspNetCore.DataProtection;

using MimeKit;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What became of a message, to be written down.</summary>
internal sealed record NoticeAnswer(string State, string? Language = null, int? Version = null, string? Reason = null, string? Message = null);

/// <summary>Keeps what was sent, encrypted.</summary>
internal sealed class NoticeBox(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("RetailOps.Notices.v1");

    public string Close(string mail) => protector.Protect(mail);

    /// <returns>Null when it was encrypted under a key that is gone.</returns>
    public string? Open(string box)
    {
        try
        {
            return protector.Unprotect(box);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Writes to customers what was asked for.</summary>
internal sealed class NoticeConnector(NoticeReads notices, RequestRunner requests, NoticeWriter writer, INoticePost post, NoticeBox box, UnitOfWork work, ExceptionDesk desk) : IOutboundSubscriber
{
    public const string Name = "integration.notices";

    private const string Unreachable = "notices.unreachable";
    private const string NoTemplate = "notices.template-missing";

    public static ConnectorOperation Operation { get; } = new(
        "write to customers", "the message's id, as Message-Id", RetryClass.SameId, new(Name, ["integration.notice-requested.v1"]),
        new() { Batch = 10, CallTimeout = TimeSpan.FromMinutes(2), FirstPause = TimeSpan.FromSeconds(10), LongestPause = TimeSpan.FromMinutes(30), GiveUpAfter = TimeSpan.FromHours(48) });

    private readonly Dictionary<Guid, NoticeToSend> toSettle = [];

    public async Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct)
    {
        var found = await notices.ToSend([.. facts.Select(IdOf)], ct);
        var recipients = (await requests.Run(new Caller.System(Name), new ReadRecipients([.. found.Values.Select(n => n.OrderId).Distinct()]), ct: ct)).Value.ToDictionary(r => r.OrderId);
        var outcomes = new OutboundOutcome[facts.Count];
        var written = new List<(int Place, OutgoingMail Mail, WrittenNotice Notice)>();
        for (var i = 0; i < facts.Count; i++)
        {
            var notice = found[IdOf(facts[i])];
            var (answer, mail) = Write(notice, recipients[notice.OrderId]);
            if (mail is null)
            {
                outcomes[i] = new OutboundOutcome.Answered(answer!);
            }
            else
            {
                written.Add((i, new(IdOf(facts[i]), ((NoticeRequested)facts[i].Fact).OrderId, mail.Mime), mail));
            }
        }

        if (written.Count > 0)
        {
            var fates = await post.Bring(written.ConvertAll(w => w.Mail), ct);
            foreach (var ((place, mail, notice), fate) in written.Zip(fates))
            {
                outcomes[place] = fate switch
                {
                    MailFate.Taken => new OutboundOutcome.Answered(new NoticeAnswer(NoticeState.Sent, notice.Language, notice.Version, null, box.Close(mail.Mime.ToString()))),
                    MailFate.Refused refused => new OutboundOutcome.Answered(new NoticeAnswer(NoticeState.Refused, notice.Language, notice.Version, refused.Code)),
                    MailFate.Later later => new OutboundOutcome.Again(later.Why),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
            }
        }

        return outcomes;
    }

    public async Task Prepare(IReadOnlyList<OutboundFact> sent, CancellationToken ct)
    {
        foreach (var (id, notice) in await NoticeReads.ToSettle(work, [.. sent.Select(IdOf)], ct))
        {
            toSettle[id] = notice;
        }
    }

    public Task Record(OutboundFact sent, object answer, CancellationToken ct)
    {
        var settled = (NoticeAnswer)answer;
        Settle(sent, settled);
        if (settled.Reason == NoTemplate)
        {
            var template = ((NoticeRequested)sent.Fact).Template;
            desk.Open(new(sent.Fact.Key, NoTemplate, "medium", $"The customer was not told: no template {template} can be used. Publish one, then send the message once more."));
        }

        return Task.CompletedTask;
    }

    public Task GiveUp(OutboundFact sent, string reason, CancellationToken ct)
    {
        Settle(sent, new(NoticeState.GaveUp, Reason: Unreachable));
        desk.Open(new(sent.Fact.Key, Unreachable, "medium", "The customer was not told: the mail server did not take the message. When it does again, send the message once more."));
        return Task.CompletedTask;
    }

    private static Guid IdOf(OutboundFact fact) => ((NoticeRequested)fact.Fact).NoticeId;

    private (NoticeAnswer? Answer, WrittenNotice? Mail) Write(NoticeToSend notice, OrderRecipient recipient)
    {
        if (notice.IsErased || string.IsNullOrWhiteSpace(recipient.Email))
        {
            return (new(NoticeState.NoAddress), null);
        }

        if (!MailboxAddress.TryParse(recipient.Email, out var to) || to.Address.Contains('\n', StringComparison.Ordinal))
        {
            return (new(NoticeState.Refused, Reason: "notices.address"), null);
        }

        try
        {
            return writer.Write(new(notice, recipient, new MailboxAddress(recipient.Name, to.Address))) is { } mail ? (null, mail) : (new(NoticeState.Refused, Reason: NoTemplate), null);
        }
        catch (FormatException)
        {
            return (new(NoticeState.Refused, Reason: NoTemplate), null);
        }
    }

    private void Settle(OutboundFact sent, NoticeAnswer answer)
    {
        var fact = (NoticeRequested)sent.Fact;
        var counted = new CountedNotice();
        work.Raise(counted, new NoticeSettled(Guid.CreateVersion7(), work.Now, fact.NoticeId, fact.OrderId, fact.Template, answer.State));
        work.Write(new NoticeOutcomeRow(fact.NoticeId, answer.State, answer.Language, answer.Version, answer.Reason, answer.Message, sent.Attempts, work.Now, counted.Revision));
        if (toSettle.GetValueOrDefault(fact.NoticeId) is { IsErased: true })
        {
            // Erased while it was under way: what was just put away goes, too.
            post.Forget(fact.OrderId);
        }
    }
}

/// <summary>With a customer goes what the customer was told.</summary>
internal sealed class NoticeErasure(UnitOfWork work, INoticePost post) : ISubscriber
{
    public static SubscriberDescription Description { get; } = new("integration.notice-erasure", ["orders.customer-erased.v1"]);

    public Task Hear(IFact fact, CancellationToken ct)
    {
        var order = ((CustomerErased)fact).OrderId;
        work.Write(new NoticesErasedRow(order));
        post.Forget(order);
        return Task.CompletedTask;
    }
}
