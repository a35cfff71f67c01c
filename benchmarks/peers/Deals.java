import static org.drools.model.DSL.declarationOf;
import static org.drools.model.DSL.not;
import static org.drools.model.DSL.on;
import static org.drools.model.PatternDSL.pattern;
import static org.drools.model.PatternDSL.rule;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.drools.model.Rule;
import org.drools.model.Variable;
import org.drools.model.functions.Predicate1;
import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase;
import org.kie.api.runtime.KieSession;

/** The policy as Drools rules. Reads conflicts from its input; decides them, or says how long it takes. */
public class Deals {
    static final long WEEK = 7 * 24 * 3600;

    /** A registration, and what is answered. */
    public static class Registration {
        int place, rank, amount, isNew, shown, score;
        long submitted;
        String id, status, protection, special, rival = "";

        Registration(String line) {
            String[] part = line.split("\t");
            place = Integer.parseInt(part[0]);
            id = part[1];
            status = part[2];
            submitted = Long.parseLong(part[3]);
            rank = Integer.parseInt(part[4]);
            amount = Integer.parseInt(part[5]);
            isNew = Integer.parseInt(part[6]);
            shown = Integer.parseInt(part[7]);
            score = Integer.parseInt(part[8]);
        }

        boolean beats(Registration other) {
            if (rank != other.rank) return rank > other.rank;
            if (score != other.score) return score > other.score;
            return submitted != other.submitted ? submitted < other.submitted : place < other.place;
        }

        boolean live() {
            return switch (status) {
                case "submitted", "under_review", "approved", "converted" -> true;
                default -> false;
            };
        }
    }

    /** Why a registration is out; the lowest order counts. */
    public static class Judgment {
        final Registration of;
        final int order;
        final String said;

        Judgment(Registration of, int order, String said) {
            this.of = of;
            this.order = order;
            this.said = said;
        }
    }

    public static class Able {
        final Registration r;

        Able(Registration r) {
            this.r = r;
        }
    }

    public static class First {
        final Registration r;

        First(Registration r) {
            this.r = r;
        }

        boolean inside(Registration other) {
            return other.submitted <= r.submitted + WEEK;
        }
    }

    public static class Best {
        final Registration r;

        Best(Registration r) {
            this.r = r;
        }
    }

    static final Variable<Registration> R = declarationOf(Registration.class, "r");
    static final Variable<Judgment> J = declarationOf(Judgment.class, "j");
    static final Variable<Judgment> K = declarationOf(Judgment.class, "k");
    static final Variable<Able> A = declarationOf(Able.class, "a");
    static final Variable<Able> B = declarationOf(Able.class, "b");
    static final Variable<First> F = declarationOf(First.class, "f");
    static final Variable<Best> W = declarationOf(Best.class, "w");

    static Rule judged(int order, String said, Predicate1<Registration> when) {
        return rule("judged " + order).attribute(Rule.Attribute.SALIENCE, 10).build(
            pattern(R).expr("when " + order, when),
            on(R).execute((drools, r) -> drools.insert(
                new Judgment(r, order, order == 1 ? said + r.status.toUpperCase() : said))));
    }

    static List<Rule> rules(long at) {
        List<Rule> rules = new ArrayList<>();
        rules.add(judged(0, "denied\tNOT_YET_SUBMITTED", r -> r.submitted > at));
        rules.add(judged(1, "denied\t", r -> !r.live()));
        rules.add(judged(2, "denied\tTIER_TOO_LOW", r -> r.rank == 0));
        rules.add(judged(3, "denied\tTOO_SMALL", r -> r.amount >= 0 && r.amount < 10000));
        rules.add(judged(4, "denied\tNOT_NEW", r -> r.isNew == 0));
        rules.add(judged(5, "denied\tNO_EVIDENCE", r -> r.shown == 0));
        rules.add(judged(6, "returned\tTIER_TOO_LOW", r -> r.rank < 0));
        rules.add(judged(7, "returned\tTOO_SMALL", r -> r.amount < 0));
        rules.add(judged(8, "returned\tNOT_NEW", r -> r.isNew < 0));
        rules.add(judged(9, "returned\tNO_EVIDENCE", r -> r.shown < 0));
        rules.add(rule("able").attribute(Rule.Attribute.SALIENCE, 9).build(
            pattern(R), not(pattern(J).expr("its", R, (j, r) -> j.of == r)),
            on(R).execute((drools, r) -> drools.insert(new Able(r)))));
        rules.add(rule("first").attribute(Rule.Attribute.SALIENCE, 8).build(
            pattern(A),
            not(pattern(B).expr("earlier", A, (b, a) -> b.r.submitted < a.r.submitted
                || b.r.submitted == a.r.submitted && b.r.place < a.r.place)),
            on(A).execute((drools, a) -> drools.insert(new First(a.r)))));
        rules.add(rule("best").attribute(Rule.Attribute.SALIENCE, 7).build(
            pattern(F), pattern(A).expr("inside", F, (a, f) -> f.inside(a.r)),
            not(pattern(B).expr("better", A, F, (b, a, f) -> f.inside(b.r) && b.r.beats(a.r))),
            on(A).execute((drools, a) -> drools.insert(new Best(a.r)))));
        rules.add(rule("out").attribute(Rule.Attribute.SALIENCE, 6).build(
            pattern(J), not(pattern(K).expr("sooner", J, (k, j) -> k.of == j.of && k.order < j.order)),
            on(J).execute(j -> {
                j.of.protection = j.said;
                if (j.order < 2) j.of.special = j.said;
            })));
        rules.add(rule("late").attribute(Rule.Attribute.SALIENCE, 6).build(
            pattern(F), pattern(A).expr("outside", F, (a, f) -> !f.inside(a.r)),
            on(A, F).execute((a, f) -> {
                a.r.protection = "denied\tOUTSIDE_WINDOW";
                a.r.rival = f.r.id;
            })));
        rules.add(rule("lost").attribute(Rule.Attribute.SALIENCE, 6).build(
            pattern(F), pattern(W),
            pattern(A).expr("other", F, W, (a, f, w) -> f.inside(a.r) && a.r != w.r),
            on(A, W).execute((a, w) -> {
                int told = a.r.rank != w.r.rank ? 0 : a.r.score != w.r.score ? 1 : 2;
                a.r.protection = "denied\tDUPLICATE_OTHER_PARTNER\t" + told;
                a.r.rival = w.r.id;
            })));
        rules.add(rule("won").attribute(Rule.Attribute.SALIENCE, 6).build(
            pattern(W), on(W).execute(w -> w.r.protection = "granted\tGRANTED")));
        rules.add(rule("not gold").attribute(Rule.Attribute.SALIENCE, 5).build(
            pattern(R).expr("low", r -> r.rank == 0 || r.rank == 1),
            on(R).execute(r -> {
                if (r.special == null) r.special = "denied\tNOT_GOLD";
            })));
        rules.add(rule("holds").attribute(Rule.Attribute.SALIENCE, 4).build(
            pattern(W), on(W).execute(w -> {
                if (w.r.special == null) w.r.special = "granted\tGRANTED";
            })));
        rules.add(rule("holds not").attribute(Rule.Attribute.SALIENCE, 3).build(
            pattern(R), on(R).execute(r -> {
                if (r.special == null) r.special = "denied\tNOT_HOLDER\t" + r.rival;
            })));
        return rules;
    }

    static List<Registration> decided(KieBase base, List<String> lines) {
        List<Registration> deal = new ArrayList<>();
        for (String line : lines) deal.add(new Registration(line));
        KieSession session = base.newKieSession();
        deal.forEach(session::insert);
        session.fireAllRules();
        session.dispose();
        return deal;
    }

    static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    public static void main(String[] arguments) throws Exception {
        ModelImpl model = new ModelImpl().withRules(rules(Long.parseLong(arguments[0])));
        KieBase base = KieBaseBuilder.createKieBaseFromModel(model);
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("new")) {
                lines.clear();
            } else if (line.equals("decide")) {
                for (Registration r : decided(base, lines))
                    System.out.println(r.protection + "\t|" + r.rival + "|" + r.special);
            } else if (line.startsWith("time")) {
                long wanted = Long.parseLong(line.substring(5)), begun = cpu(), taken;
                long count = 0;
                do {
                    decided(base, lines);
                    count++;
                    taken = cpu() - begun;
                } while (taken < wanted);
                System.out.println(taken / 1e3 / count);
            } else {
                lines.add(line);
            }
        }
    }
}
