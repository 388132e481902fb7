using System.Security.Cryptography;

using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace RetailOps.Platform;

/// <summary>How somebody of the Demo signs in.</summary>
/// <param name="Name">The account, called like its role.</param>
/// <param name="Password">Made at the first start.</param>
public sealed record DemoSignIn(string Name, string Password);

/// <summary>
/// One person per role, made at the first start with a random password each. The passwords stand in <c>sign-ins.txt</c> in the
/// data folder, which only its account can read. Never used outside Demo.
/// </summary>
public sealed class DemoPeople
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "sign-ins.txt";

    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    private readonly UserManager<Person> people;
    private readonly PeopleDbContext accounts;
    private readonly Database database;

    internal DemoPeople(UserManager<Person> people, PeopleDbContext accounts, Database database)
    {
        this.people = people;
        this.accounts = accounts;
        this.database = database;
    }

    /// <summary>The secret of the client <see cref="Callers.CommandLine"/>, as the data folder keeps it; null when it keeps none.</summary>
    public static string? SecretOfCommandLine(string dataFolder) => Read(Path.Combine(dataFolder, FileName)).GetValueOrDefault(Callers.CommandLine);

    /// <summary>Makes who is missing, the command line's client included, and gives a new password to whose password the data folder does not know.</summary>
    /// <returns>All people, in the order of <see cref="Roles.All"/>.</returns>
    public async Task<IReadOnlyList<DemoSignIn>> Ensure(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);

        // Two hosts may start on one data folder at the same moment.
        await using var one = await accounts.Database.BeginTransactionAsync();
        await accounts.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('retailops demo people'))");
        var path = Path.Combine(dataFolder, FileName);
        var known = Read(path);
        var all = new List<DemoSignIn>();

        // An integrator is a system: it gets a client, not a person.
        foreach (var role in Roles.All.Where(r => r != Roles.Integrator))
        {
            var person = await people.FindByNameAsync(role);
            var password = person is null ? null : known.GetValueOrDefault(role);
            if (password is null)
            {
                password = RandomNumberGenerator.GetString(Alphabet, 20);
                await Give(person, role, password);
            }

            all.Add(new(role, password));
        }

        var secret = await DemoClient.Ensure(database, known.GetValueOrDefault(Callers.CommandLine));
        DemoSignIn[] kept = [.. all, new(Callers.CommandLine, secret)];
        if (!kept.All(s => known.GetValueOrDefault(s.Name) == s.Password))
        {
            PrivateFile.Write(path, string.Concat(kept.Select(s => $"{s.Name} {s.Password}\n")), overwrite: true);
        }

        await one.CommitAsync();
        return all;
    }

    private static Dictionary<string, string> Read(string path) =>
        (File.Exists(path) ? File.ReadAllLines(path) : []).Select(l => l.Split(' ')).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);

    private async Task Give(Person? person, string role, string password)
    {
        if (person is null)
        {
            Check(await people.CreateAsync(new Person(role, [role]), password));
            return;
        }

        Check(await people.RemovePasswordAsync(person));
        Check(await people.AddPasswordAsync(person, password));
        Check(await people.SetLockoutEndDateAsync(person, null));
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException("An account of the Demo could not be made: " + string.Join(", ", result.Errors.Select(e => e.Code)));
        }
    }
}
