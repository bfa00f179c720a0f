using CsCheck;
using Vtok.Training.Lengths;
using Vtok.Training.Recipes;
using Vtok.Training.Titok;

namespace Vtok.Training.Tests.Lengths;

[TestClass]
public sealed class LengthScheduleTests
{
    private static readonly Gen<LengthSchedule> Any =
        from shape in Gen.Enum<LengthShape>()
        from most in Gen.Int[1, 300]
        from least in Gen.Int[1, most]
        from perPicture in Gen.Bool
        from over in Gen.Double[0.01, 1]
        select new LengthSchedule { Shape = shape, Least = least, Most = most, PerPicture = perPicture, Over = over };

    [TestMethod]
    public void Lengths_stay_within_the_bounds_and_are_the_same_whenever_they_are_asked_for() =>
        Gen.Select(Any, Gen.Int[0, int.MaxValue], Gen.Int[1, 10_000], Gen.Int[1, 20]).Sample((schedule, seed, steps, pictures) =>
        {
            int step = seed % steps;

            int[] lengths = schedule.At(seed, step, steps, pictures);

            Assert.HasCount(pictures, lengths);
            Assert.IsTrue(lengths.All(length => length >= schedule.Least && length <= schedule.Most));
            CollectionAssert.AreEqual(lengths, schedule.At(seed, step, steps, pictures));
            if (!schedule.PerPicture)
                Assert.IsTrue(lengths.All(length => length == lengths[0]));
        });

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Uniform_draws_every_length_equally_often(bool perPicture)
    {
        var schedule = new LengthSchedule { Shape = LengthShape.Uniform, Least = 3, Most = 12, PerPicture = perPicture };

        AssertEqualCounts(schedule, [.. Enumerable.Range(3, 10)]);
    }

    [TestMethod]
    public void Powers_draws_the_powers_of_two_in_the_range_and_the_most_equally_often() =>
        AssertEqualCounts(new LengthSchedule { Shape = LengthShape.PowersOfTwo, Least = 3, Most = 48 }, [4, 8, 16, 32, 48]);

    [TestMethod]
    public void A_curriculum_begins_with_all_tokens_and_ends_uniform()
    {
        var schedule = new LengthSchedule { Shape = LengthShape.Curriculum, Least = 2, Most = 9, PerPicture = true, Over = 0.5 };

        Assert.IsTrue(schedule.At(1, 0, 1000, 50).All(length => length == 9));
        Assert.AreEqual(6, Enumerable.Range(0, 50).Min(seed => schedule.At(seed, 214, 1000, 50).Min())); // 214 of 500: three of the seven below 9
        AssertEqualCounts(schedule, [.. Enumerable.Range(2, 8)], firstStep: 500, steps: 1000);
    }

    [TestMethod]
    public void All_is_the_most()
    {
        var schedule = new LengthSchedule { Shape = LengthShape.All, Most = 7 };

        CollectionAssert.AreEqual((int[])[7, 7], schedule.At(5, 3, 10, 2));
    }

    [TestMethod]
    public void Recipes_read_it_and_One_D_Piece_is_uniform_without_a_word()
    {
        string file = Path.Combine(Repository.Root, "trainers", "recipes", "one-d-piece", "one-d-piece-s256-stage1.json");
        var published = (TitokSettings)Recipe.Load(file).Settings;
        var other = (TitokSettings)Recipe.Load(file, ["settings.lengths.shape=curriculum", "settings.lengths.least=16", "settings.lengths.per=picture"]).Settings;

        Assert.AreEqual(new LengthSchedule { Shape = LengthShape.Uniform, Most = 256 }, published.Lengths);
        Assert.AreEqual(new LengthSchedule { Shape = LengthShape.Curriculum, Least = 16, Most = 256, PerPicture = true }, other.Lengths);
        Assert.ThrowsExactly<RecipeException>(() => Recipe.Load(file, ["settings.lengths.least=20", "settings.lengths.most=10"]));
    }

    // Pearson's chi-square against equal counts; the 99.9 % points of 4, 7 and 9 degrees of freedom are 18.5, 24.3 and 27.9.
    private static void AssertEqualCounts(LengthSchedule schedule, int[] expected, int firstStep = 0, long steps = 1_000_000)
    {
        const int Draws = 4000;
        double limit = expected.Length switch { 5 => 18.5, 8 => 24.3, 10 => 27.9, _ => throw new ArgumentException("no limit is known") };
        int pictures = schedule.PerPicture ? 8 : 1;

        int[] lengths = [.. Enumerable.Range(firstStep, Draws / pictures).SelectMany(step => schedule.At(17, step, steps, pictures))];

        CollectionAssert.AreEquivalent(expected, lengths.Distinct().ToArray());
        double wanted = lengths.Length / (double)expected.Length;
        double chiSquare = expected.Sum(length => Math.Pow(lengths.Count(found => found == length) - wanted, 2) / wanted);
        Assert.IsLessThan(limit, chiSquare);
    }
}
