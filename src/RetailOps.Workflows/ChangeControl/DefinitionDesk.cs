using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What became of a wish to let a version go live, or to take it away.</summary>
/// <param name="Version">As it stands now.</param>
/// <param name="WasSo">It was so already; nothing was done.</param>
/// <param name="Proposal">What another person is to decide; null when it was done, or when nobody was found who may propose.</param>
/// <param name="Notice">What the person who asked should know; null when it was simply done.</param>
internal sealed record WishOutcome(StoredVersion Version, bool WasSo = false, Proposal? Proposal = null, string? Notice = null);

/// <summary>
/// The one place where versions come to be, go live and go: whoever asks (save, publish, import, bulk, revert, an approval) asks here. The definition's lock is held from
/// <see cref="Lock"/> to the commit. A governed definition changes only by an approved proposal.
/// </summary>
internal sealed class DefinitionDesk(UnitOfWork work, DefinitionLibrary library, Linter linter, Powers powers, WorkflowGovernance governance)
{
    public async Task<DefinitionHead> Lock(string definitionId, CancellationToken ct)
    {
        var head = await DefinitionReads.Lock(await work.Connection(ct), definitionId, ct);
        return head with { IsGoverned = head.IsGoverned || governance.All };
    }

    /// <summary>Everything that is wrong with a drawing, errors first.</summary>
    public async Task<IReadOnlyList<DefinitionProblem>> Problems(string document, CancellationToken ct) => await Problems(await Compile(document, ct), ct);

    private async Task<IReadOnlyList<DefinitionProblem>> Problems(CompiledWorkflow workflow, CancellationToken ct) =>
        [.. await TriggerIndex.Problems(await work.Connection(ct), workflow, ct), .. linter.Check(workflow)];

    private Task<CompiledWorkflow> Compile(string document, CancellationToken ct) => library.Compile(DefinitionReader.Read(Encoding.UTF8.GetBytes(document)), pin: false, ct);

    /// <summary>
    /// Puts what somebody drew into the latest draft, or into a new version when that one is published, approved, run, proposed or from a file: those say for ever what they say.
    /// </summary>
    /// <param name="head">How the definition stands.</param>
    /// <param name="definitionId">Which.</param>
    /// <param name="normal">What it says.</param>
    /// <param name="authors">Whose work it is besides the caller's; for a draft of somebody else that is taken over.</param>
    /// <param name="isApart">Never into the latest draft: what comes from elsewhere must not overwrite it.</param>
    /// <returns>The version, which is the latest one unchanged when it says the same.</returns>
    public StoredVersion Draft(DefinitionHead head, string definitionId, JsonObject normal, IEnumerable<string> authors, bool isApart)
    {
        normal["name"] = NameOf(normal, definitionId);
        var checksum = ElsaDocument.Checksum(normal);
        if (head.Latest is { } same && ElsaDocument.Checksum(same.Document) == checksum)
        {
            return same;
        }

        // Whoever drew what was not approved since answers for it with who goes on drawing.
        var answering = (head.Latest is { Approved: null, IsPublished: false } draft ? draft.Authors : []).Concat(authors).Append(work.Caller.Actor).Distinct().ToList();
        if (!isApart && head is { Latest: { IsPublished: false, HasRun: false, Approved: null, IsFromFile: false } open, WasProposed: false })
        {
            var saved = open with
            {
                Document = ElsaDocument.Text(normal, open.VersionId, definitionId, open.Version, open.Created),
                Name = NameOf(normal, definitionId),
                Description = TextOf(normal, "description"),
                ToolVersion = StudioEndpoints.ElsaVersion,
                IsSystem = FlagOf(normal, "isSystem"),
                Authors = answering,
            };
            saved = Raise(saved, new DefinitionSaved(Guid.CreateVersion7(), work.Now, definitionId, saved.VersionId, saved.Version));
            work.Write(new SavedVersionRow(saved, checksum, IsUsable(normal)));
            return saved;
        }

        var versionId = NewId();
        var made = new StoredVersion(
            versionId,
            definitionId,
            head.Highest + 1,
            NameOf(normal, definitionId),
            TextOf(normal, "description"),
            StudioEndpoints.ElsaVersion,
            IsLatest: true,
            IsPublished: false,
            FlagOf(normal, "isSystem"),
            HasRun: false,
            StoredVersion.Studio,
            answering,
            Reason: null,
            ApprovedBy: null,
            Approved: null,
            Revision: 0,
            work.Now,
            ElsaDocument.Text(normal, versionId, definitionId, head.Highest + 1, work.Now));
        made = Raise(made, new DefinitionSaved(Guid.CreateVersion7(), work.Now, definitionId, versionId, made.Version));
        work.Write(new NotLatestRow(definitionId));
        work.Write(new NewVersionRow(made, checksum, IsUsable(normal)));
        if (governance.All)
        {
            work.Write(new GovernedRow(definitionId));
        }

        return made;
    }

    /// <summary>Lets a version go live: at once when the definition is free, by a proposal when it is governed, or is to be because of what it does.</summary>
    /// <returns>What became of it, or <c>workflows.definition-invalid</c> (Malformed, with everything that stands in the way).</returns>
    public async Task<Result<WishOutcome>> Publish(DefinitionHead head, StoredVersion version, string? reason, CancellationToken ct)
    {
        if (version.IsPublished)
        {
            return new WishOutcome(version, WasSo: true);
        }

        var workflow = await Compile(version.Document, ct);
        if (DefinitionRefusals.Invalid(await Problems(workflow, ct)) is { } invalid)
        {
            return invalid;
        }

        if (head.IsGoverned)
        {
            return await Propose(version, Proposal.Publish, reason, ct);
        }

        if (await Govern(version.DefinitionId, workflow, ct) is not { } why)
        {
            return new WishOutcome(GoLive(head, version, workflow, null, reason));
        }

        var outcome = (await Propose(version, Proposal.Publish, reason, ct)).Value;
        return outcome with { Notice = $"{why} {outcome.Notice}" };
    }

    /// <summary>Lets a free definition take two people from now on, when a version of it does what the caller may not do alone.</summary>
    /// <returns>Why; null when it stays free.</returns>
    public async Task<string?> Govern(StoredVersion version, CancellationToken ct) => await Govern(version.DefinitionId, await Compile(version.Document, ct), ct);

    private async Task<string?> Govern(string definitionId, CompiledWorkflow workflow, CancellationToken ct)
    {
        if (await powers.Beyond(work, workflow, ct) is not { Count: > 0 } beyond)
        {
            return null;
        }

        work.Write(new GovernedRow(definitionId));
        return Powers.Sentence(beyond);
    }

    /// <summary>Starts no more of a definition: at once when it is free, by a proposal when it is governed.</summary>
    public async Task<Result<WishOutcome>> Retract(DefinitionHead head, StoredVersion published, string? reason, CancellationToken ct) =>
        head.IsGoverned ? await Propose(published, Proposal.Retract, reason, ct) : new WishOutcome(GoQuiet(published, null));

    /// <summary>Deletes all of a definition: at once when it is free, by a proposal when it is governed.</summary>
    public async Task<Result<WishOutcome>> Delete(DefinitionHead head, string? reason, CancellationToken ct) =>
        head.IsGoverned ? await Propose(head.Latest!, Proposal.Delete, reason, ct) : new WishOutcome(GoAway(head, null));

    /// <summary>Puts a wish before another person. A second time the same wish is the same proposal; who made it without a reason can so add one.</summary>
    public async Task<Result<WishOutcome>> Propose(StoredVersion version, string action, string? reason, CancellationToken ct)
    {
        if (work.Caller is not Caller.Person)
        {
            return new WishOutcome(version, Notice: "This workflow goes live by two people: it is kept as it is, and a person who has signed in must propose it.");
        }

        if (await ProposalTable.OpenFor(await work.Connection(ct), version.VersionId, action, ct) is { } earlier)
        {
            if (earlier.Reason.Length == 0 && reason is { Length: > 0 } && earlier.ProposedBy == work.Caller.Actor)
            {
                earlier.Explain(reason);
                work.Raise(earlier, earlier.Change(work.Now));
                work.Write(new ProposalExplainedRow(earlier));
            }

            return new WishOutcome(version, WasSo: true, Proposal: earlier, Notice: NoticeOf(earlier));
        }

        var proposal = new Proposal
        {
            Id = Guid.CreateVersion7(),
            DefinitionId = version.DefinitionId,
            VersionId = version.VersionId,
            Version = version.Version,
            Action = action,
            Checksum = ElsaDocument.Checksum(version.Document),
            ProposedBy = work.Caller.Actor,
            Reason = reason ?? "",
            Proposed = work.Now,
        };
        work.Raise(proposal, proposal.Change(work.Now));
        work.Write(new ProposalRow(proposal));
        return new WishOutcome(version, Proposal: proposal, Notice: NoticeOf(proposal));
    }

    /// <summary>Does what a proposal says, now that it is approved.</summary>
    public async Task<StoredVersion> Carry(DefinitionHead head, StoredVersion version, Proposal approved, CancellationToken ct) => approved.Action switch
    {
        Proposal.Publish => GoLive(head, version, await Compile(version.Document, ct), approved.Id, approved.Reason),
        Proposal.Retract => GoQuiet(version, approved.Id),
        _ => GoAway(head, approved.Id),
    };

    private StoredVersion GoLive(DefinitionHead head, StoredVersion version, CompiledWorkflow workflow, Guid? proposal, string? reason)
    {
        var live = version with { IsPublished = true, ApprovedBy = work.Caller.Actor, Approved = work.Now, Reason = reason };
        live = Raise(live, new DefinitionPublished(Guid.CreateVersion7(), work.Now, live.DefinitionId, live.VersionId, live.Version, head.Published?.Version, live.Authors, proposal, reason));
        work.Write(new NotPublishedRow(live.DefinitionId));
        work.Write(new PublishedVersionRow(live));
        foreach (var trigger in workflow.Triggers.Where(t => t.EventName is not null))
        {
            work.Write(new TriggerRow(trigger.EventName!, live.VersionId, live.DefinitionId, trigger.ActivityId));
        }

        foreach (var clock in workflow.Triggers.Where(t => t.Schedule is not null))
        {
            work.Write(new LiveScheduleRow(live.VersionId, live.DefinitionId, clock.ActivityId, clock.Schedule!));
        }

        foreach (var (activity, endpoint) in TriggerIndex.Endpoints(workflow))
        {
            work.Write(new LiveEndpointRow(live.VersionId, live.DefinitionId, activity, endpoint));
        }

        foreach (var name in workflow.EventNames)
        {
            work.Write(new EventNameRow(name, live.VersionId));
        }

        return live;
    }

    private StoredVersion GoQuiet(StoredVersion published, Guid? proposal)
    {
        var quiet = Raise(published with { IsPublished = false }, new DefinitionRetracted(Guid.CreateVersion7(), work.Now, published.DefinitionId, published.VersionId, published.Version, proposal));
        work.Write(new NotPublishedRow(quiet.DefinitionId));
        work.Write(new CountedVersionRow(quiet));
        return quiet;
    }

    private StoredVersion GoAway(DefinitionHead head, Guid? proposal)
    {
        var gone = Raise(head.Latest!, new DefinitionDeleted(Guid.CreateVersion7(), work.Now, head.Latest!.DefinitionId, head.Latest.VersionId, IsWhole: true, proposal));
        work.Write(new NotPublishedRow(gone.DefinitionId));
        work.Write(new CountedVersionRow(gone));
        work.Write(new DeletedDefinitionRow(gone.DefinitionId, work.Now));
        return gone;
    }

    /// <summary>Raises a fact of a version, and counts it.</summary>
    public StoredVersion Raise(StoredVersion version, IFact fact)
    {
        var counted = new Counted(version.Revision);
        work.Raise(counted, fact);
        return version with { Revision = counted.Revision };
    }

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static string NoticeOf(Proposal proposal) => proposal.Action switch
    {
        Proposal.Publish => $"Version {proposal.Version} is proposed. It goes live when another person, who drew none of it, approves it.",
        Proposal.Retract => $"It is proposed to retract version {proposal.Version}. It stays live until another person approves that.",
        _ => "It is proposed to delete this workflow. It stays until another person approves that.",
    };

    private static string NameOf(JsonObject normal, string definitionId) => TextOf(normal, "name") is { Length: > 0 } name ? name : definitionId;

    private static string? TextOf(JsonObject of, string name) => of[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool FlagOf(JsonObject? of, string name) => of?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static bool IsUsable(JsonObject normal) => FlagOf(normal["options"] as JsonObject, "usableAsActivity");

    private sealed class Counted(int revision) : IAggregate
    {
        public int Revision { get; private set; } = revision;

        public int NextRevision() => ++Revision;
    }
}

/// <summary>What stands against changing a definition.</summary>
internal static class DefinitionRefusals
{
    public static Refusal Unknown() => Refusal.NotFound("workflows.unknown-definition", "There is no such workflow, or no such version of it.");

    public static Refusal Unreadable(string message) => Refusal.Malformed("workflows.definition-unreadable", message);

    public static Refusal Stale(StoredVersion latest) => Refusal.Conflict(
        "workflows.definition-stale", $"Somebody else has saved this workflow since you opened it: version {latest.Version} is the latest now. Open it again; nothing of theirs was overwritten.");

    /// <summary>Everything that stops publishing; null when nothing does.</summary>
    public static Refusal? Invalid(IEnumerable<DefinitionProblem> problems) => problems.Where(p => p.IsError).Select(p => p.ToString()).ToList() is { Count: > 0 } errors
        ? Refusal.Malformed("workflows.definition-invalid", "The workflow cannot go live as it is drawn; see the list.", errors)
        : null;
}
