using System.Security.Cryptography;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>The one account that no administrator can make.</summary>
public sealed class FirstAdministrator
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    private static readonly Caller Maker = new Caller.System("first-administrator");

    private readonly Database database;
    private readonly RequestRunner requests;

    internal FirstAdministrator(Database database, RequestRunner requests)
    {
        this.database = database;
        this.requests = requests;
    }

    /// <summary>Whether somebody can sign in as administrator: without one nobody can make accounts. A first password whose time is over opens nothing.</summary>
    public async Task<bool> IsThere(CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            "select exists (select from platform.people p where 'administrator' = any (p.roles) and (p.lockout_end is null or p.lockout_end < $1) "
            + "and (p.password_until is null or p.password_until > clock_timestamp()))");
        command.Parameters.Add(new() { Value = StoredPerson.ForEver });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Makes it, if there is none.</summary>
    /// <param name="name">What is typed at the sign-in.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The password, which is kept nowhere.</returns>
    /// <exception cref="SetupException">There is an administrator already, or the name is taken or malformed.</exception>
    public async Task<string> Make(string name, CancellationToken ct)
    {
        if (await IsThere(ct))
        {
            throw new SetupException("There is an administrator already, who makes the other accounts: sign in and use /api/v1/people.");
        }

        var password = RandomNumberGenerator.GetString(Alphabet, 20);
        var made = await requests.Run(Maker, new CreatePerson(Guid.CreateVersion7(), name, new([Roles.Administrator]), new(AccountLaw.NewStamp(), ClientSecrets.Hash(password))), ct: ct);
        return made.IsSuccess ? password : throw new SetupException($"The administrator could not be made: {made.Refusal.Message}");
    }
}
