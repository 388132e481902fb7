using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

using SmtpServer.Protocol;

namespace RetailOps.Integration.Tests;

/// <summary>From the wish to the mail, over what mail servers do.</summary>
public sealed class NoticeTests : IAsyncLifetime
{
    private static readonly Customer Ada = new("Ada Byron", "ada@example.org", "1 Mill Lane", "C-1");

    private NoticeBench bench = null!;

    public async Task InitializeAsync() => bench = await NoticeBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_customer_is_told_once_per_fact_however_often_somebody_asks()
    {
        var order = await bench.Place("W-1", Ada);

        (await bench.Tell(order)).Should().Be("asked");
        (await bench.Tell(order)).Should().Be("asked");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.Tell(order, "order-delivered")));
        await bench.Host.Quiet();

        bench.Server.All.Should().HaveCount(2);
        var mail = bench.Server.All[0];
        (mail.To.ToString(), mail.From.ToString(), mail.Subject).Should().Be(("\"Ada Byron\" <ada@example.org>", "\"Lamps\" <shop@lamps.example>", "Your order W-1 at RetailOps Demo"));
        mail.TextBody.Should().Contain("Hello Ada Byron,").And.Contain("2 x LAMP").And.Contain("GBP");
        mail.HtmlBody.Should().Contain("<li>2 × LAMP</li>");
        var sent = (await bench.Messages(order))[0];
        sent.Should().Match<NoticeView>(n => n.Status == "sent" && n.Language == "en" && n.TemplateVersion == 1 && n.Attempts == 1 && n.Why == null);
        mail.MessageId.Should().Be($"{sent.Id}@lamps.example");
        (await bench.Host.Must(new ReadNotice(sent.Id))).Mail.Should().Be(new MailText(mail.To.ToString(), mail.Subject!, mail.TextBody!, mail.HtmlBody));
        (await Ask.One<bool>(bench.Database.OwnerConnectionString, "select bool_or(n::text like '%Byron%' or n::text like '%ada@%') from integration.notices n")).Should().BeFalse("what is kept is encrypted");
        (await bench.Host.Broken()).Should().NotContain(b => b.StartsWith("I7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_for_now_is_brought_again_under_its_id()
    {
        bench.Server.Says = _ => bench.Server.All.Count < 3 ? new SmtpResponse(SmtpReplyCode.MailboxUnavailable - 100, "ada@example.org is busy") : SmtpResponse.Ok;
        var order = await bench.Place("W-1", Ada);

        await bench.Tell(order);
        await bench.Host.Quiet();

        bench.Server.All.Should().HaveCount(3);
        bench.Server.All.Select(m => m.MessageId).Distinct().Should().ContainSingle();
        (await bench.Messages(order)).Should().ContainSingle(n => n.Status == "sent" && n.Attempts == 3);
        (await Ask.One<long>(bench.Database.OwnerConnectionString, "select count(*) from platform.deliveries d where d::text like '%ada@%'")).Should().Be(0, "what servers say repeats addresses");
    }

    [Fact]
    public async Task What_is_refused_for_good_is_shown_and_not_brought_again_and_others_go_on()
    {
        bench.Server.Says = mail => mail.To.ToString().Contains("ada", StringComparison.Ordinal) ? new SmtpResponse(SmtpReplyCode.MailboxUnavailable, "no ada@example.org") : SmtpResponse.Ok;
        var (ada, bob) = (await bench.Place("W-1", Ada), await bench.Place("W-2", new("Bob", "bob@example.org")));

        await bench.Tell(ada);
        await bench.Tell(bob);
        await bench.Host.Quiet();

        (await bench.Messages(ada)).Should().ContainSingle(n => n.Status == "refused" && n.Why == "550" && n.Attempts == 1);
        (await bench.Messages(bob)).Should().ContainSingle(n => n.Status == "sent");
        bench.Server.All.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_line_that_breaks_after_the_mail_brings_it_again_under_the_id_by_which_it_is_known()
    {
        using var fainting = new FaintingMailServer();
        await using var other = await NoticeBench.StartAsync(NoticeBench.OptionsFor(fainting.Address));
        var order = await other.Place("W-1", Ada);

        await other.Tell(order);
        await other.Host.Quiet();

        fainting.Ids.Should().HaveCount(2);
        fainting.Ids.Distinct().Should().ContainSingle();
        (await other.Messages(order)).Should().ContainSingle(n => n.Status == "sent" && n.Attempts == 2);
    }

    [Fact]
    public async Task A_host_that_dies_when_the_mail_was_taken_leaves_it_to_another_under_the_same_id()
    {
        await using var asleep = await NoticeBench.StartAsync(asleep: true);
        var order = await asleep.Place("W-1", Ada);
        await asleep.Tell(order);
        await using (var child = ChildHost.Start(typeof(Customers).Assembly.Location, $"{FaultPoint.AfterOutboundCall}:1", "mail", asleep.Database.AppConnectionString, asleep.Server.Address.ToString()))
        {
            await child.Ends(TimeSpan.FromSeconds(60));
            child.Complaints.Should().Contain("was armed", "the point must be reached, or it proves nothing");
        }

        asleep.Server.All.Should().ContainSingle();
        await Ask.Do(asleep.Database.OwnerConnectionString, "update platform.deliveries set due = clock_timestamp() where subscriber = 'integration.notices'");
        await using var next = await NoticeBench.Start(asleep.Database, NoticeBench.OptionsFor(asleep.Server.Address));
        await next.Quiet();

        asleep.Server.All.Should().HaveCount(2);
        asleep.Server.All.Select(m => m.MessageId!.Split('@')[0]).Distinct().Should().ContainSingle();
        (await asleep.Messages(order)).Should().ContainSingle(n => n.Status == "sent");
        (await next.Broken()).Should().NotContain(b => b.StartsWith("I7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_whom_nothing_is_known_one_row_says_so_and_who_gave_no_address_is_not_written_to()
    {
        var (nobody, silent) = (await bench.Place("W-1", null), await bench.Place("W-2", new("Cy", null, "2 Mill Lane")));

        (await bench.Tell(nobody)).Should().Be("no-address");
        (await bench.Tell(nobody, "order-delivered")).Should().Be("no-address");
        await bench.Tell(silent);
        await bench.Host.Quiet();

        (await bench.Messages(nobody)).Should().ContainSingle(n => n.Status == "no-address");
        (await bench.Messages(silent)).Should().ContainSingle(n => n.Status == "no-address");
        bench.Server.All.Should().BeEmpty();
        (await Ask.One<long>(bench.Database.OwnerConnectionString, "select count(*) from platform.events where type = 'integration.notice-requested.v1'")).Should().Be(1);
    }

    [Theory]
    [InlineData("web-de", "Ihre Bestellung W-1 bei RetailOps Demo", "de"), InlineData("web-fr", "Your order W-1 at RetailOps Demo", "en")]
    public async Task A_channel_has_its_language_and_what_nobody_translated_comes_in_the_usual_one(string channel, string subject, string language)
    {
        var order = await bench.Place("W-1", Ada, channel);

        await bench.Tell(order);
        await bench.Host.Quiet();

        bench.Server.All.Should().ContainSingle(m => m.Subject == subject);
        (await bench.Messages(order)).Should().ContainSingle(n => n.Language == language);
    }

    [Fact]
    public async Task A_template_that_is_not_there_calls_a_person()
    {
        var order = await bench.Place("W-1", Ada);

        await bench.Tell(order, "order-lost");
        await bench.Host.Quiet();

        (await bench.Messages(order)).Should().ContainSingle(n => n.Status == "refused" && n.Why == "notices.template-missing");
        (await bench.Host.Must(new ListExceptions(null, null, null, null, null, 10))).Should().ContainSingle(e => e.Cause == "notices.template-missing" && e.Key == OrderKey.Of(order));
    }

    [Fact]
    public async Task What_a_customer_is_called_is_text_and_never_markup_or_a_header()
    {
        var order = await bench.Place("W-<i>1</i>", new("<script>alert(1)</script>\r\nBcc: eve@example.org", "ada@example.org"));

        await bench.Tell(order);
        await bench.Host.Quiet();

        var mail = bench.Server.All.Single();
        mail.HtmlBody.Should().NotContain("<script>").And.NotContain("<i>").And.Contain("&lt;script&gt;");
        mail.Bcc.Count.Should().Be(0);
        mail.Headers.Contains("Bcc").Should().BeFalse();
        mail.To.Count.Should().Be(1);
        mail.Subject.Should().Contain("W-<i>1</i>", "a subject is no markup");
    }

    [Fact]
    public async Task Told_again_is_a_message_of_its_own_with_a_reason()
    {
        var order = await bench.Place("W-1", Ada);
        await bench.Tell(order);
        await bench.Host.Quiet();
        var first = (await bench.Messages(order)).Single();

        var again = await bench.Host.Must(new ResendNotice(order, first.Id, "She did not get it"));
        (await bench.Host.Send(new ResendNotice(order, Guid.NewGuid(), "No such"))).Refusal!.Code.Should().Be("notices.unknown");
        await bench.Host.Quiet();

        again.Should().Match<NoticeView>(n => n.CopyOf == first.Id && n.AskedBecause == "She did not get it");
        (await bench.Messages(order)).Should().HaveCount(2).And.OnlyContain(n => n.Status == "sent");
        bench.Server.All.Select(m => m.MessageId).Should().OnlyHaveUniqueItems().And.HaveCount(2);
    }

    [Fact]
    public async Task With_the_customer_goes_what_the_customer_was_told_and_nobody_is_written_to_any_more()
    {
        var folder = Directory.CreateTempSubdirectory("retailops-mail-").FullName;
        await using var other = await NoticeBench.StartAsync(new() { Folder = folder });
        var order = await other.Place("W-1", Ada);
        await other.Tell(order);
        await other.Host.Quiet();
        var sent = (await other.Messages(order)).Single();
        Directory.GetFiles(folder).Should().ContainSingle();
        (await other.Host.Must(new ReadNotice(sent.Id))).Mail!.Html.Should().Contain("2 × LAMP");

        await other.Host.Must(new CancelOrder(order, "Not wanted"));
        await other.Host.Must(new EraseCustomer(null, null, order));
        await other.Host.Quiet();

        Directory.GetFiles(folder).Should().BeEmpty();
        (await other.Host.Must(new ReadNotice(sent.Id))).Mail.Should().BeNull();
        await other.Host.Must(new ResendNotice(order, sent.Id, "Once more"));
        await other.Host.Quiet();
        (await other.Messages(order)).Select(n => n.Status).Should().Equal("sent", "no-address");
        Directory.GetFiles(folder).Should().BeEmpty();
        Directory.Delete(folder);
    }

    [Fact]
    public async Task Texts_are_forgotten_after_thirty_days_and_that_they_were_sent_is_not()
    {
        var order = await bench.Place("W-1", Ada);
        await bench.Tell(order);
        await bench.Host.Quiet();
        var sent = (await bench.Messages(order)).Single();

        await Ask.Do(bench.Database.OwnerConnectionString, "update integration.notices set decided = now() - interval '29 days'; select integration.forget_messages(interval '7 days')");
        var before = (await bench.Host.Must(new ReadNotice(sent.Id))).Mail;
        await Ask.Do(bench.Database.OwnerConnectionString, "update integration.notices set decided = now() - interval '31 days'; select integration.forget_messages(interval '7 days')");
        var after = await bench.Host.Must(new ReadNotice(sent.Id));

        before.Should().NotBeNull();
        after.Mail.Should().BeNull();
        after.Notice.Status.Should().Be("sent");
    }

    [Fact]
    public async Task Without_a_mail_server_nobody_is_told_and_nothing_is_written()
    {
        await using var off = await NoticeBench.StartAsync(new());
        var order = await off.Place("W-1", Ada);

        (await off.Tell(order)).Should().Be("off");

        (await off.Messages(order)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("I7h", "update integration.notices set state = 'asked', decided = null")]
    [InlineData("I7h", "update integration.notices set state = 'refused', reason = '550'")]
    [InlineData("I7h", "delete from integration.notices")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        await bench.Tell(await bench.Place("W-1", Ada));
        await bench.Host.Quiet();
        (await bench.Host.Broken()).Should().NotContain(b => b.StartsWith(invariant, StringComparison.Ordinal));

        (await bench.Host.BrokenBy(bench.Database.AdminConnectionString, damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://mail.example", "shop@lamps.example"), InlineData("smtp://mail.example", ""), InlineData("mail.example", "shop@lamps.example"), InlineData("smtp://mail.example", "no address at all <")]
    public void A_setting_that_cannot_be_read_stops_the_start(string server, string from)
    {
        var read = () => NoticeOptions.Read(server, from, null);

        read.Should().Throw<SetupException>();
    }
}
